package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.libp2p.Ed25519Key;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.IngestResult;
import klatch.log.InMemoryLogStore;

/** One person's key, store and meetup. */
public final class Node implements AutoCloseable {
  public final Ed25519Key key;
  public final DeviceId device;
  public final InMemoryLogStore store;
  public Meetup meetup;
  private final TestClock clock;

  public Node(int seed, TestClock clock) {
    this.key = Scribe.key(seed);
    this.device = DeviceId.of(key);
    this.clock = clock;
    this.store = new InMemoryLogStore(clock);
    this.meetup = new Meetup(store, key, clock);
  }

  /** Ends the meetup and starts another one on the same store. */
  public void restart() {
    meetup.close();
    meetup = new Meetup(store, key, clock);
  }

  /** Takes in everything {@code other} has. */
  public void copyFrom(Node other) {
    store.ingest(other.store.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry).toList())
        .forEach(result -> assertThat(result).isInstanceOfAny(IngestResult.Stored.class,
            IngestResult.Duplicate.class));
  }

  @Override
  public void close() {
    meetup.close();
    store.close();
  }
}
