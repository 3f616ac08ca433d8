package klatch.libp2p.kad;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.PeerAddresses;

/** Runs a {@link Lookup}: a bounded number of questions at once, each on a virtual thread, for a bounded time. */
final class Search {
  private final Lookup lookup;
  private final KadOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int underWay;
  private boolean over;

  /** Takes an answer, with the lock held, and says whether the search may end. */
  interface Taker {
    boolean enough(PeerId peer, KadMessage answer);
  }

  Search(Lookup lookup, KadOptions options) {
    this.lookup = lookup;
    this.options = options;
  }

  /** The nearest that answered. Questions still under way when it returns end by themselves and are not listened to. */
  List<PeerAddresses> run(Function<PeerAddresses, Optional<KadMessage>> ask, Taker taker) {
    long deadlineNanos = System.nanoTime() + options.lookup().toNanos();
    lock.lock();
    try {
      while (!over && !lookup.done()) {
        Optional<PeerAddresses> next = underWay < options.parallel() ? lookup.next() : Optional.empty();
        if (next.isPresent()) {
          underWay++;
          PeerAddresses peer = next.get();
          Thread.ofVirtual().name("kad-ask").start(() -> take(peer, ask, taker));
        } else if (changed.awaitNanos(deadlineNanos - System.nanoTime()) <= 0) {
          break;
        }
      }
      over = true;
      return lookup.result();
    } catch (InterruptedException e) {
      over = true;
      Thread.currentThread().interrupt();
      return lookup.result();
    } finally {
      lock.unlock();
    }
  }

  private void take(PeerAddresses peer, Function<PeerAddresses, Optional<KadMessage>> ask, Taker taker) {
    Optional<KadMessage> answer = Optional.empty();
    try {
      answer = ask.apply(peer);
    } finally {
      lock.lock();
      try {
        underWay--;
        if (answer.isEmpty()) {
          lookup.failed(peer.peer());
        } else if (!over) {
          lookup.answered(peer.peer());
          over = taker.enough(peer.peer(), answer.get());
        }
        changed.signal();
      } finally {
        lock.unlock();
      }
    }
  }
}
