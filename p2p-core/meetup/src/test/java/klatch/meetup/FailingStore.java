package klatch.meetup;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.libp2p.Ed25519Key;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.ForkProof;
import klatch.log.Height;
import klatch.log.IngestResult;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.log.Rejection;
import klatch.log.StoreException;
import klatch.log.TopicId;

/** A real store behind a connection that a test can break. */
public final class FailingStore implements LogStore {
  /** Nothing gets through. */
  public final AtomicBoolean failing = new AtomicBoolean();
  /** The next append is stored, and its caller does not learn of it. */
  public final AtomicBoolean failAfterAppend = new AtomicBoolean();
  public final AtomicInteger failures = new AtomicInteger();
  private final LogStore store;

  public FailingStore(LogStore store) {
    this.store = store;
  }

  private LogStore reached() {
    if (failing.get()) {
      throw failure(true);
    }
    return store;
  }

  private StoreException failure(boolean retrySafe) {
    failures.incrementAndGet();
    return new StoreException("the connection is broken by this test", retrySafe);
  }

  @Override
  public Entry append(Ed25519Key key, TopicId topic, String payloadType, byte[] payload, long timestampMillis) {
    Entry entry = reached().append(key, topic, payloadType, payload, timestampMillis);
    if (failAfterAppend.getAndSet(false)) {
      throw failure(false);
    }
    return entry;
  }

  @Override
  public List<Entry> appendAll(Ed25519Key key, TopicId topic, List<Content> contents, long timestampMillis) {
    List<Entry> entries = reached().appendAll(key, topic, contents, timestampMillis);
    if (failAfterAppend.getAndSet(false)) {
      throw failure(false);
    }
    return entries;
  }

  @Override
  public List<IngestResult> ingest(List<Entry> entries) {
    return reached().ingest(entries);
  }

  @Override
  public Optional<Rejection> ingest(ForkProof proof) {
    return reached().ingest(proof);
  }

  @Override
  public Map<DeviceId, Height> heights(TopicId topic) {
    return reached().heights(topic);
  }

  @Override
  public List<Entry> read(LogId log, long fromSequence, int limit) {
    return reached().read(log, fromSequence, limit);
  }

  @Override
  public Optional<Entry> entry(EntryId id) {
    return reached().entry(id);
  }

  @Override
  public List<Arrival> arrivals(long afterPosition, int limit) {
    return reached().arrivals(afterPosition, limit);
  }

  @Override
  public long lastPosition() {
    return reached().lastPosition();
  }

  @Override
  public long changes() {
    return store.changes();
  }

  @Override
  public List<ForkProof> forks(TopicId topic) {
    return reached().forks(topic);
  }

  @Override
  public Set<TopicId> topics() {
    return reached().topics();
  }

  @Override
  public Subscription subscribe(Listener listener) {
    return store.subscribe(listener);
  }

  @Override
  public void close() {}
}
