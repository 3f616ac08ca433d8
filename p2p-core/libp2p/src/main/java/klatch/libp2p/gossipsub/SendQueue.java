package klatch.libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits to be sent to one peer: control messages first, then messages, then gossip. It takes without waiting, and what does not fit is
 * dropped, so that a slow peer costs a bounded amount of memory and nobody's time. Safe for any thread.
 */
final class SendQueue {
  /** Control messages that may wait; a peer that lets more pile up is lost. Joining every topic at once takes 2,000. */
  static final int CONTROL_PARTS = 4_096;
  /** IDONTWANT only saves bytes: with so many control messages waiting it is dropped. */
  static final int OPTIONAL_CONTROL_PARTS = 1_024;
  /** Messages that may wait. The queues of several peers hold the same objects. */
  static final int MESSAGES = 4_096;
  /** The same in bytes. */
  static final int MESSAGE_BYTES = 4 * 1024 * 1024;
  /** IHAVE and IWANT that may wait. */
  static final int GOSSIP_PARTS = 64;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<RpcPart> control = new ArrayDeque<>();
  private final Set<PubsubMessage> messages = new LinkedHashSet<>();
  private final ArrayDeque<RpcPart> gossip = new ArrayDeque<>();
  private int messageBytes;
  private long dropped;
  private boolean closed;

  enum Outcome {
    QUEUED, DROPPED,
    /** So much waits that the peer must be given up. */
    OVERFLOWED
  }

  Outcome offer(RpcPart part) {
    lock.lock();
    try {
      Outcome outcome = closed ? Outcome.DROPPED : add(part);
      if (outcome == Outcome.QUEUED) {
        changed.signal();
      } else {
        dropped++;
      }
      return outcome;
    } finally {
      lock.unlock();
    }
  }

  private Outcome add(RpcPart part) {
    return switch (part) {
      case PubsubMessage message -> addMessage(message);
      case RpcPart.IHave iHave -> addUpTo(gossip, iHave, GOSSIP_PARTS, Outcome.DROPPED);
      case RpcPart.IWant iWant -> addUpTo(gossip, iWant, GOSSIP_PARTS, Outcome.DROPPED);
      case RpcPart.IDontWant iDontWant -> addUpTo(control, iDontWant, OPTIONAL_CONTROL_PARTS, Outcome.DROPPED);
      case RpcPart.Subscription s -> addUpTo(control, s, CONTROL_PARTS, Outcome.OVERFLOWED);
      case RpcPart.Graft graft -> addUpTo(control, graft, CONTROL_PARTS, Outcome.OVERFLOWED);
      case RpcPart.Prune prune -> addUpTo(control, prune, CONTROL_PARTS, Outcome.OVERFLOWED);
    };
  }

  private static Outcome addUpTo(ArrayDeque<RpcPart> queue, RpcPart part, int most, Outcome otherwise) {
    if (queue.size() >= most) {
      return otherwise;
    }
    queue.add(part);
    return Outcome.QUEUED;
  }

  private Outcome addMessage(PubsubMessage message) {
    if (messages.contains(message)) {
      return Outcome.QUEUED;
    }
    if (messages.size() >= MESSAGES || (messageBytes + message.encodedBytes() > MESSAGE_BYTES && !messages.isEmpty())) {
      return Outcome.DROPPED;
    }
    messages.add(message);
    messageBytes += message.encodedBytes();
    return Outcome.QUEUED;
  }

  /** Takes a message back that has not been sent yet. */
  void cancel(PubsubMessage message) {
    lock.lock();
    try {
      if (messages.remove(message)) {
        messageBytes -= message.encodedBytes();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something to send and takes as much as one RPC should hold; empty when closed. */
  List<RpcPart> take() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && control.isEmpty() && messages.isEmpty() && gossip.isEmpty()) {
        changed.await();
      }
      List<RpcPart> taken = new ArrayList<>();
      if (!closed) {
        int room = drain(control.iterator(), RpcBounds.SENT_RPC_BYTES, taken);
        room = drainMessages(room, taken);
        drain(gossip.iterator(), room, taken);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** The first part of an RPC goes in however large it is. */
  private static int drain(Iterator<RpcPart> from, int room, List<RpcPart> taken) {
    int left = room;
    while (left > 0 && from.hasNext()) {
      RpcPart part = from.next();
      int bytes = RpcCodec.bytes(part);
      if (bytes > left && !taken.isEmpty()) {
        return 0;
      }
      taken.add(part);
      from.remove();
      left -= bytes;
    }
    return left;
  }

  private int drainMessages(int room, List<RpcPart> taken) {
    int left = room;
    Iterator<PubsubMessage> from = messages.iterator();
    while (left > 0 && from.hasNext()) {
      PubsubMessage message = from.next();
      int bytes = RpcCodec.bytes(message);
      if (bytes > left && !taken.isEmpty()) {
        return 0;
      }
      taken.add(message);
      from.remove();
      messageBytes -= message.encodedBytes();
      left -= bytes;
    }
    return left;
  }

  /** Ends waiting and drops everything. */
  void close() {
    lock.lock();
    try {
      closed = true;
      control.clear();
      messages.clear();
      gossip.clear();
      messageBytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Parts that were not sent because the peer was too slow. */
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return control.size() + messages.size() + gossip.size();
    } finally {
      lock.unlock();
    }
  }
}
