package klatch.log;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import klatch.libp2p.Ed25519Key;
import org.jspecify.annotations.Nullable;

/** Keeps logs for as long as the process lives, under the same rules as every other store. Guarded by its monitor. */
public final class InMemoryLogStore implements LogStore {
  private final InstantSource clock;
  private final Announcer announcer = new Announcer();
  private final Map<LogId, List<Entry>> logs = new HashMap<>();
  private final Map<EntryId, Entry> entries = new HashMap<>();
  private final List<Arrival> arrivals = new ArrayList<>();
  private final Map<LogId, ForkProof> forks = new HashMap<>();

  public InMemoryLogStore(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Entry append(Ed25519Key key, TopicId topic, String payloadType, byte[] payload,
      long timestampMillis) {
    LogId log = new LogId(DeviceId.of(key), topic);
    EntryHeader last = last(log);
    Entry entry = EntryRules.next(key, topic, last, Optional.ofNullable(forks.get(log)),
        new EntryContent(payloadType, payload.clone(), 0, timestampMillis), clock.millis());
    announcer.arrived(List.of(store(entry)));
    return entry;
  }

  @Override
  public synchronized List<IngestResult> ingest(List<Entry> batch) {
    List<IngestResult> results = new ArrayList<>(batch.size());
    List<Arrival> stored = new ArrayList<>();
    for (Entry entry : batch) {
      IngestResult result = ingest(entry, stored);
      results.add(result);
    }
    announcer.arrived(stored);
    return results;
  }

  private IngestResult ingest(Entry entry, List<Arrival> stored) {
    if (entries.containsKey(entry.id())) {
      return new IngestResult.Duplicate();
    }
    Optional<Rejection> wrong = EntryRules.checkAlone(entry, clock.millis());
    if (wrong.isPresent()) {
      return new IngestResult.Rejected(wrong.get());
    }
    EntryHeader last = last(entry.log());
    ForkProof fork = forks.get(entry.log());
    if (fork != null && entry.sequence() >= fork.sequence()) {
      return new IngestResult.Rejected(EntryRules.frozen(fork));
    }
    long held = last == null ? 0 : last.sequence();
    if (entry.sequence() > held + 1) {
      return new IngestResult.Gap(held);
    }
    if (entry.sequence() <= held) {
      return EntryRules.checkSignature(entry.header()).<IngestResult>map(IngestResult.Rejected::new)
          .orElseGet(() -> freeze(entry.header(), at(entry.log(), entry.sequence())));
    }
    wrong = EntryRules.checkPlace(entry.header(), last).or(() -> EntryRules.checkSignature(entry.header()));
    if (wrong.isPresent()) {
      return new IngestResult.Rejected(wrong.get());
    }
    Arrival arrival = store(entry);
    stored.add(arrival);
    return new IngestResult.Stored(arrival.position());
  }

  private IngestResult freeze(EntryHeader one, EntryHeader other) {
    ForkProof proof = new ForkProof(one, other);
    keep(proof);
    return new IngestResult.Forked(proof);
  }

  private void keep(ForkProof proof) {
    ForkProof known = forks.get(proof.log());
    if (known == null || proof.sequence() < known.sequence()) {
      forks.put(proof.log(), proof);
      announcer.forked(proof);
    }
  }

  private Arrival store(Entry entry) {
    logs.computeIfAbsent(entry.log(), log -> new ArrayList<>()).add(entry);
    entries.put(entry.id(), entry);
    Arrival arrival = new Arrival(arrivals.size() + 1L, entry);
    arrivals.add(arrival);
    return arrival;
  }

  private @Nullable EntryHeader last(LogId log) {
    List<Entry> held = logs.get(log);
    return held == null ? null : held.getLast().header();
  }

  private EntryHeader at(LogId log, long sequence) {
    return logs.getOrDefault(log, List.of()).get((int) sequence - 1).header();
  }

  @Override
  public synchronized Optional<Rejection> ingest(ForkProof proof) {
    Optional<Rejection> wrong = EntryRules.checkSignature(proof.first())
        .or(() -> EntryRules.checkSignature(proof.second()));
    if (wrong.isEmpty()) {
      keep(proof);
    }
    return wrong;
  }

  @Override
  public synchronized Map<DeviceId, Height> heights(TopicId topic) {
    Map<DeviceId, Height> heights = new TreeMap<>();
    logs.forEach((log, held) -> {
      ForkProof fork = forks.get(log);
      long good = fork == null ? held.size() : Math.min(held.size(), fork.sequence() - 1);
      if (log.topic().equals(topic) && good > 0) {
        heights.put(log.device(), new Height(good, at(log, good).id()));
      }
    });
    return heights;
  }

  @Override
  public synchronized List<Entry> read(LogId log, long fromSequence, int limit) {
    List<Entry> held = logs.getOrDefault(log, List.of());
    return held.stream().skip(Math.max(0, fromSequence - 1)).limit(limit).toList();
  }

  @Override
  public synchronized Optional<Entry> entry(EntryId id) {
    return Optional.ofNullable(entries.get(id));
  }

  @Override
  public synchronized List<Arrival> arrivals(long afterPosition, int limit) {
    return arrivals.stream().skip(Math.max(0, afterPosition)).limit(limit).toList();
  }

  @Override
  public synchronized long lastPosition() {
    return arrivals.size();
  }

  @Override
  public synchronized List<ForkProof> forks(TopicId topic) {
    return forks.values().stream().filter(proof -> proof.log().topic().equals(topic)).toList();
  }

  @Override
  public synchronized Set<TopicId> topics() {
    Set<TopicId> topics = new TreeSet<>();
    logs.keySet().forEach(log -> topics.add(log.topic()));
    forks.keySet().forEach(log -> topics.add(log.topic()));
    return topics;
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return announcer.subscribe(listener);
  }

  @Override
  public void close() {
    announcer.close();
  }
}
