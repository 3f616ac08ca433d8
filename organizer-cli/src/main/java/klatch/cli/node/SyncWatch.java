package klatch.cli.node;

import java.util.List;
import java.util.OptionalLong;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.LogStore;
import klatch.log.TopicSync;
import klatch.web.SyncState;

/**
 * Knows what has not reached a peer yet: while there are peers, what their syncs have still to send; while there are none,
 * how many entries this person has written since. Safe for any number of threads.
 */
final class SyncWatch implements AutoCloseable {
  private final TopicSync sync;
  private final DeviceId self;
  private final LogStore.Subscription subscription;
  /** Guarded by the monitor, as is the time. */
  private int writtenAlone;
  private OptionalLong heardNanos = OptionalLong.empty();

  SyncWatch(TopicSync sync, LogStore log, DeviceId self) {
    this.sync = sync;
    this.self = self;
    this.subscription = log.subscribe(this::arrived);
  }

  private synchronized void arrived(List<Arrival> arrivals) {
    if (sync.peers().isEmpty()) {
      writtenAlone += (int) arrivals.stream().filter(arrival -> arrival.entry().log().device().equals(self)).count();
    }
  }

  synchronized SyncState state() {
    var peers = sync.peers();
    long now = System.nanoTime();
    if (!peers.isEmpty()) {
      long silentMillis = peers.stream().mapToLong(TopicSync.PeerStatus::silentMillis).min().orElseThrow();
      heardNanos = OptionalLong.of(now - silentMillis * 1_000_000);
      writtenAlone = 0;
    }
    int waiting = peers.stream().mapToInt(TopicSync.PeerStatus::logsWaiting).max().orElse(writtenAlone);
    return new SyncState(
        heardNanos.isPresent() ? OptionalLong.of((now - heardNanos.getAsLong()) / 1_000_000) : OptionalLong.empty(),
        waiting);
  }

  @Override
  public void close() {
    subscription.close();
  }
}
