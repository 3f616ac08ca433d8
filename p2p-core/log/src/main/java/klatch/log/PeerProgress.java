package klatch.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import klatch.libp2p.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * What one peer has and what it still needs: the memory of a sync. The reader, the writer and the store's announcer use
 * it; guarded by its monitor, which nobody holds while reading or writing the stream or the store.
 */
final class PeerProgress {
  /** Logs of one peer that are kept in mind; a peer that names more is cut off. */
  static final int MAX_LOGS = 200_000;
  /** Topics of one peer that are kept in mind. */
  static final int MAX_TOPICS = 4_096;

  /** Where the peer's copy of a log ends; the head is known if the peer named it. */
  record Reached(long sequence, Optional<EntryId> head) {
    static final Reached NOTHING = new Reached(0, Optional.empty());
  }

  /** A log that is to be sent from {@code after} on, up to {@code target}. */
  record Work(LogId log, Reached after, long target) {}

  private final Set<TopicId> announced = new HashSet<>();
  private final Set<TopicId> followed = new HashSet<>();
  private final Map<LogId, Reached> reached = new HashMap<>();
  private final LinkedHashMap<LogId, Long> targets = new LinkedHashMap<>();
  private final Queue<SyncMessage> outbox = new ArrayDeque<>();
  private final Map<LogId, Long> forksSent = new HashMap<>();
  private final Map<LogId, Long> askAgainAt = new HashMap<>();
  private @Nullable String goodbye;

  /** @return true the first time; then the caller sends our heights of it */
  synchronized boolean announce(TopicId topic) {
    return announced.add(topic);
  }

  synchronized boolean hasAnnounced(TopicId topic) {
    return announced.contains(topic);
  }

  synchronized Set<TopicId> followed() {
    return Set.copyOf(followed);
  }

  /** Whether the peer has named the topic, and we have told it that we follow it too. */
  private boolean both(TopicId topic) {
    return followed.contains(topic) && announced.contains(topic);
  }

  /** Takes in the peer's heights; those logs count as reached exactly so far. */
  synchronized void heights(SyncMessage.Heights heights) throws MalformedMessageException {
    followed.add(heights.topic());
    for (SyncMessage.LogHeight log : heights.logs()) {
      reached.put(new LogId(log.device(), heights.topic()), log.height()
          .map(height -> new Reached(height.sequence(), Optional.of(height.head()))).orElse(Reached.NOTHING));
    }
    if (reached.size() > MAX_LOGS || followed.size() > MAX_TOPICS) {
      throw new MalformedMessageException("the peer names " + reached.size() + " logs and " + followed.size()
          + " topics, at most " + MAX_LOGS + " and " + MAX_TOPICS + " are followed");
    }
  }

  /** The entry was sent by the peer or to it. */
  synchronized void has(Entry entry) {
    if (entry.sequence() > reached.getOrDefault(entry.log(), Reached.NOTHING).sequence()) {
      reached.put(entry.log(), new Reached(entry.sequence(), Optional.empty()));
    }
  }

  /** We hold the log up to a sequence; if the peer follows its topic and has less, it will be sent. */
  synchronized void offer(LogId log, long sequence) {
    boolean behind = reached.getOrDefault(log, Reached.NOTHING).sequence() < sequence;
    if (behind && both(log.topic())) {
      targets.merge(log, sequence, Math::max);
      notifyAll();
    }
  }

  /** Entries of this log after what we sent are not to be sent any more: it is forked. */
  synchronized void stop(LogId log) {
    targets.remove(log);
  }

  synchronized void offer(ForkProof proof) {
    Long before = forksSent.get(proof.log());
    boolean news = before == null || proof.sequence() < before;
    if (news && both(proof.log().topic())) {
      forksSent.put(proof.log(), proof.sequence());
      outbox.add(new SyncMessage.Fork(proof));
      notifyAll();
    }
  }

  /** The peer knows this fork; it need not hear of it from us. */
  synchronized void knows(ForkProof proof) {
    forksSent.merge(proof.log(), proof.sequence(), Math::min);
  }

  synchronized void send(SyncMessage message) {
    outbox.add(message);
    notifyAll();
  }

  /** Something of this log could not be taken in now; at that time the peer is told again how far we are. */
  synchronized void askAgain(LogId log, long atNanos) {
    askAgainAt.putIfAbsent(log, atNanos);
    notifyAll();
  }

  synchronized void end(String reason) {
    if (goodbye == null) {
      goodbye = reason;
    }
    notifyAll();
  }

  synchronized Optional<String> goodbye() {
    return Optional.ofNullable(goodbye);
  }

  /** Logs that wait to be sent. */
  synchronized int waiting() {
    return targets.size();
  }

  /**
   * What the writer does next. Waits for something to do, at most until {@code untilNanos}; all parts are empty then.
   *
   * @param messages to be written as they are
   * @param again logs whose heights are to be told again
   * @param work the log whose turn it is
   */
  record Next(List<SyncMessage> messages, List<LogId> again, Optional<Work> work) {}

  synchronized Next next(long untilNanos) throws InterruptedException {
    while (goodbye == null && outbox.isEmpty() && targets.isEmpty()) {
      long now = System.nanoTime();
      long wake = Math.min(untilNanos, askAgainAt.values().stream().mapToLong(at -> at).min().orElse(Long.MAX_VALUE));
      if (wake <= now) {
        break;
      }
      wait(Math.max(1, (wake - now) / 1_000_000));
    }
    List<SyncMessage> messages = new ArrayList<>(outbox);
    outbox.clear();
    return new Next(messages, dueAgain(), nextWork());
  }

  private List<LogId> dueAgain() {
    long now = System.nanoTime();
    List<LogId> due = askAgainAt.entrySet().stream().filter(at -> at.getValue() <= now).map(Map.Entry::getKey).toList();
    due.forEach(askAgainAt::remove);
    return due;
  }

  private Optional<Work> nextWork() {
    while (!targets.isEmpty()) {
      Map.Entry<LogId, Long> first = targets.pollFirstEntry();
      Reached after = reached.getOrDefault(first.getKey(), Reached.NOTHING);
      if (after.sequence() < first.getValue()) {
        return Optional.of(new Work(first.getKey(), after, first.getValue()));
      }
    }
    return Optional.empty();
  }
}
