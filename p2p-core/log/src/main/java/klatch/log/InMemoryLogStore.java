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
  /** Those kept so far, replaced ones included. */
  private long forkProofs;
  private final Intake.Held held = new Intake.Held() {
    @Override
    public boolean has(EntryId id) {
      return entries.containsKey(id);
    }

    @Override
    public @Nullable Head head(LogId log) {
      List<Entry> entriesHeld = logs.get(log);
      return entriesHeld == null ? null : Head.of(entriesHeld.getLast().header());
    }

    @Override
    public @Nullable ForkProof fork(LogId log) {
      return forks.get(log);
    }

    @Override
    public EntryHeader at(LogId log, long sequence) {
      return header(log, sequence);
    }
  };

  public InMemoryLogStore(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Entry append(Ed25519Key key, TopicId topic, String payloadType, byte[] payload,
      long timestampMillis) {
    LogId log = new LogId(DeviceId.of(key), topic);
    Entry entry = EntryRules.next(key, topic, held.head(log), held.fork(log),
        new EntryContent(payloadType, payload.clone(), 0, timestampMillis), clock.millis());
    Arrival arrival = new Arrival(arrivals.size() + 1L, entry);
    store(arrival);
    announcer.arrived(List.of(arrival));
    return entry;
  }

  @Override
  public synchronized List<Entry> appendAll(Ed25519Key key, TopicId topic, List<Content> contents,
      long timestampMillis) {
    EntryContent.checkAll(contents);
    LogId log = new LogId(DeviceId.of(key), topic);
    Head head = held.head(log);
    List<Arrival> next = new ArrayList<>();
    for (Content content : contents) {
      Entry entry = EntryRules.next(key, topic, head, held.fork(log),
          new EntryContent(content.payloadType(), content.payload().clone(), 0, timestampMillis), clock.millis());
      next.add(new Arrival(arrivals.size() + next.size() + 1L, entry));
      head = Head.of(entry.header());
    }
    next.forEach(this::store);
    announcer.arrived(List.copyOf(next));
    return next.stream().map(Arrival::entry).toList();
  }

  @Override
  public synchronized List<IngestResult> ingest(List<Entry> batch) {
    Intake intake = new Intake(held, arrivals.size());
    List<IngestResult> results = CheckedEntry.checkAll(batch, Set.of(), clock.millis()).stream().map(intake::decide)
        .toList();
    intake.stored().forEach(this::store);
    announcer.arrived(intake.stored());
    intake.forks().values().forEach(this::keep);
    return results;
  }

  private void keep(ForkProof proof) {
    ForkProof known = forks.get(proof.log());
    if (known == null || proof.sequence() < known.sequence()) {
      forks.put(proof.log(), proof);
      forkProofs++;
      announcer.forked(proof);
    }
  }

  private void store(Arrival arrival) {
    Entry entry = arrival.entry();
    logs.computeIfAbsent(entry.log(), log -> new ArrayList<>()).add(entry);
    entries.put(entry.id(), entry);
    arrivals.add(arrival);
  }

  private EntryHeader header(LogId log, long sequence) {
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
    logs.forEach((log, all) -> {
      ForkProof fork = forks.get(log);
      long good = fork == null ? all.size() : Math.min(all.size(), fork.sequence() - 1);
      if (log.topic().equals(topic) && good > 0) {
        heights.put(log.device(), new Height(good, header(log, good).id()));
      }
    });
    return heights;
  }

  @Override
  public synchronized List<Entry> read(LogId log, long fromSequence, int limit) {
    return logs.getOrDefault(log, List.of()).stream().skip(Math.max(0, fromSequence - 1)).limit(limit).toList();
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
  public synchronized long changes() {
    return arrivals.size() + forkProofs;
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
