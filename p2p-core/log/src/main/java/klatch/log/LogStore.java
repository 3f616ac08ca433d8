package klatch.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import klatch.libp2p.Ed25519Key;

/**
 * Keeps verified logs. Whatever is in it was signed by its author, follows the entry before it, and is never changed.
 *
 * <p>Safe for any number of threads. Every method blocks; each may throw {@link StoreException}.
 */
public interface LogStore extends AutoCloseable {
  /**
   * Writes the next entry of this device's log and returns it once it is durable. The timestamp is raised to that of the
   * entry before, should the clock have gone back.
   *
   * @param payloadType 1 to 64 of a-z 0-9 . - _ /
   * @param payload at most {@link EntryHeader#MAX_PAYLOAD_BYTES}
   * @throws IllegalArgumentException if it is out of bounds or more than {@link EntryRules#MAX_AHEAD_MILLIS} in the future
   * @throws StoreException not safe to retry, if this device's log is frozen by a fork
   */
  Entry append(Ed25519Key key, TopicId topic, String payloadType, byte[] payload, long timestampMillis);

  /**
   * Writes several entries of this device's log, one after the other, in one transaction: all of them or none, also when
   * the process ends in the middle.
   *
   * @param contents 1 to {@link #MOST_TOGETHER}, each as {@link #append} takes it
   * @throws IllegalArgumentException as {@link #append}; then none is written
   * @throws StoreException as {@link #append}
   */
  List<Entry> appendAll(Ed25519Key key, TopicId topic, List<Content> contents, long timestampMillis);

  /** Entries that {@link #appendAll} takes: a quarter of a second's work at most. */
  int MOST_TOGETHER = 256;

  /** What one entry is to say. The payload is not copied: it is not to be changed until the entry is written. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Content(String payloadType, byte[] payload) {}

  /**
   * Verifies entries and stores what is good, all of it in one transaction. Entries of one log must come in their order;
   * giving an entry twice is harmless.
   *
   * @return one result for each entry, in the same order
   */
  List<IngestResult> ingest(List<Entry> entries);

  /**
   * Takes in a proof that came from elsewhere. The log freezes from its sequence on: entries before that are still taken
   * in, later ones are not, and those that are here already stay as this node's record but are not passed on.
   *
   * @return empty when the proof holds (new or known), otherwise why it does not
   */
  Optional<Rejection> ingest(ForkProof proof);

  /** How far each log of the topic reaches, frozen ones only to the entry before the fork; empty logs are left out. */
  Map<DeviceId, Height> heights(TopicId topic);

  /** At most {@code limit} entries of one log in order, from {@code fromSequence} on (1 is the first). */
  List<Entry> read(LogId log, long fromSequence, int limit);

  /** At most {@code limit} entries of one author, of all topics; each topic's in their order. */
  default List<Entry> by(DeviceId author, int limit) {
    List<Entry> found = new ArrayList<>();
    for (TopicId topic : topics()) {
      if (found.size() < limit && heights(topic).containsKey(author)) {
        found.addAll(read(new LogId(author, topic), 1, limit - found.size()));
      }
    }
    return found;
  }

  Optional<Entry> entry(EntryId id);

  /** At most {@code limit} entries of all topics that arrived after a position (0: from the start), in that order. */
  List<Arrival> arrivals(long afterPosition, int limit);

  /** The position of the last arrival, 0 if there is none. */
  long lastPosition();

  /**
   * A number that differs whenever something may have been stored through this store since it was asked for last; it is
   * larger by the time the call that stored it returns. Answered from memory, so that readers need not ask in vain. What
   * another process writes to the same tables it does not know: a node is their only writer.
   */
  long changes();

  /** Proven forks on a topic, one for each forked log: the one with the lowest sequence that is known. */
  List<ForkProof> forks(TopicId topic);

  /** Topics with at least one entry or fork proof. */
  Set<TopicId> topics();

  /** Calls the listener for everything that is committed from now on, until the subscription is closed. */
  Subscription subscribe(Listener listener);

  @Override
  void close();

  /**
   * Learns what was committed. Called in order of position on one thread of the store, after the commit; it may call the
   * store, but while it runs the other listeners wait.
   */
  interface Listener {
    void arrived(List<Arrival> arrivals);

    /** A fork that was not known, or one earlier in the log than the known one. */
    default void forked(ForkProof proof) {}
  }

  /** Closing it ends the calls. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
