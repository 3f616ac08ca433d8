package klatch.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides about the entries of one batch, one after the other, as if each had been stored before the next is looked at.
 * Writes nothing: the store does, from {@link #stored} and {@link #forks}. Used by one thread, for one batch.
 */
final class Intake {
  /** What a store holds before the batch. */
  interface Held {
    boolean has(EntryId id);

    @Nullable
    Head head(LogId log);

    @Nullable
    ForkProof fork(LogId log);

    /** The header held at a sequence not above the head's. */
    EntryHeader at(LogId log, long sequence);
  }

  private final Held held;
  private long position;
  private final Map<EntryId, EntryHeader> fresh = new HashMap<>();
  private final Map<LogId, Head> heads = new HashMap<>();
  private final Map<LogId, ForkProof> frozen = new HashMap<>();
  private final List<Arrival> stored = new ArrayList<>();

  /** @param lastPosition the position of the last arrival before the batch */
  Intake(Held held, long lastPosition) {
    this.held = held;
    this.position = lastPosition;
  }

  /** New entries in the order in which they are to be stored. */
  List<Arrival> stored() {
    return stored;
  }

  /** The new ends of the logs that grew. */
  Map<LogId, Head> heads() {
    return heads;
  }

  /** New proofs, at most one for each log. */
  Map<LogId, ForkProof> forks() {
    return frozen;
  }

  IngestResult decide(CheckedEntry checked) {
    EntryHeader header = checked.entry().header();
    if (fresh.containsKey(header.id()) || held.has(header.id())) {
      return new IngestResult.Duplicate();
    }
    if (checked.alone().isPresent()) {
      return new IngestResult.Rejected(checked.alone().get());
    }
    ForkProof fork = fork(header.log());
    if (fork != null && header.sequence() >= fork.sequence()) {
      return new IngestResult.Rejected(EntryRules.frozen(fork));
    }
    Head head = head(header.log());
    long height = Head.sequenceOf(head);
    if (header.sequence() > height + 1) {
      return new IngestResult.Gap(height);
    }
    if (header.sequence() <= height) {
      return checked.signature().<IngestResult>map(IngestResult.Rejected::new).orElseGet(() -> freeze(header));
    }
    Optional<Rejection> wrong = EntryRules.checkPlace(header, head).or(checked::signature);
    return wrong.<IngestResult>map(IngestResult.Rejected::new).orElseGet(() -> store(checked.entry()));
  }

  private IngestResult store(Entry entry) {
    position++;
    fresh.put(entry.id(), entry.header());
    heads.put(entry.log(), Head.of(entry.header()));
    stored.add(new Arrival(position, entry));
    return new IngestResult.Stored(position);
  }

  private IngestResult freeze(EntryHeader header) {
    ForkProof proof = new ForkProof(header, at(header.log(), header.sequence()));
    frozen.put(proof.log(), proof);
    return new IngestResult.Forked(proof);
  }

  private EntryHeader at(LogId log, long sequence) {
    return stored.stream().map(arrival -> arrival.entry().header())
        .filter(header -> header.sequence() == sequence && header.log().equals(log)).findFirst()
        .orElseGet(() -> held.at(log, sequence));
  }

  private @Nullable Head head(LogId log) {
    Head grown = heads.get(log);
    return grown == null ? held.head(log) : grown;
  }

  private @Nullable ForkProof fork(LogId log) {
    ForkProof found = frozen.get(log);
    return found == null ? held.fork(log) : found;
  }
}
