package klatch.log;

import java.util.List;
import java.util.Optional;

/** One frame of {@code /klatch/sync/1} (docs/spec/sync.md). */
sealed interface SyncMessage {
  /** How far the sender's copy of one log reaches; empty if it has none of it. */
  record LogHeight(DeviceId device, Optional<Height> height) {}

  /**
   * The sender follows the topic and has these logs of it; a log not named is not there, or as last said. Says also what
   * the receiver is to take as sent so far.
   */
  record Heights(TopicId topic, List<LogHeight> logs) implements SyncMessage {}

  /** A run: consecutive entries of one log, at least one. */
  record Entries(List<Entry> run) implements SyncMessage {}

  /** A proof that a log is forked. */
  record Fork(ForkProof proof) implements SyncMessage {}

  /** Nothing; the sender is alive. */
  record Heartbeat() implements SyncMessage {}

  /** The last frame: why the sender ends the sync. */
  record Goodbye(String reason) implements SyncMessage {}
}
