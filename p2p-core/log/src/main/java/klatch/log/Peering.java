package klatch.log;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sync with one peer alive: connects, syncs, and after a break tries again, first at once and then more and more
 * seldom. Runs on one virtual thread until it is closed.
 */
public final class Peering implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  /** A sync that lasted so long was a good one; the next try comes at once again. */
  private static final Duration GOOD = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(Peering.class);

  private final Host host;
  private final TopicSync sync;
  private final Multiaddr address;
  private final Thread thread;
  private final Semaphore nudges = new Semaphore(0);
  private volatile String lastProblem = "";

  Peering(Host host, TopicSync sync, Multiaddr address) {
    this.host = host;
    this.sync = sync;
    this.address = address;
    this.thread = Thread.ofVirtual().name("peering").unstarted(this::keep);
  }

  void start() {
    thread.start();
  }

  public Multiaddr address() {
    return address;
  }

  /** Why the last try or the last sync ended; empty before the first end. */
  public String lastProblem() {
    return lastProblem;
  }

  private void keep() {
    Duration pause = FIRST_PAUSE;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long began = System.nanoTime();
        lastProblem = syncOnce();
        LOG.debug("sync with {} ended: {}", address, lastProblem);
        boolean good = System.nanoTime() - began > GOOD.toNanos();
        pause = good ? FIRST_PAUSE : pause;
        long pauseMillis = pause.toMillis() + ThreadLocalRandom.current().nextLong(pause.toMillis());
        boolean nudged = nudges.tryAcquire(pauseMillis, TimeUnit.MILLISECONDS);
        nudges.drainPermits();
        pause = nudged ? FIRST_PAUSE : longer(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration pause) {
    return pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
  }

  /** Somebody wants this peer now: the next try comes at once. */
  public void nudge() {
    nudges.release();
  }

  /** @return why it is over */
  private String syncOnce() throws InterruptedException {
    try {
      Connection connection = host.connect(address);
      DeviceId peer = DeviceId.of(connection.remotePeer());
      sync.awaitNone(peer);
      return sync.run(connection.open(TopicSync.PROTOCOL), peer, true);
    } catch (Libp2pException | IOException | MalformedMessageException e) {
      return String.valueOf(e.getMessage());
    } catch (StoreException e) {
      LOG.warn("the sync with {} waits for the store: {}", address, e.getMessage());
      return String.valueOf(e.getMessage());
    }
  }

  /** Stops trying, and ends the sync it has opened. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
