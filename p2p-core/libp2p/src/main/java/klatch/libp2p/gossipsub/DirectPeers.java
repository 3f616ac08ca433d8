package klatch.libp2p.gossipsub;

import java.util.Collection;
import java.util.List;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.PeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps connections with the peers that the people who run both have agreed upon (GossipSub 1.1, "Explicit Peering Agreements"), whose addresses
 * the peerstore has. Each has a thread that looks after it.
 */
final class DirectPeers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectPeers.class);
  /** How soon a lost peer is dialled again; twice as long after each time that it cannot be reached … */
  private static final int FIRST_PAUSE_HEARTBEATS = 5;
  /** … up to this long. */
  private static final int LONGEST_PAUSE_HEARTBEATS = 300;

  private final Host host;
  private final long heartbeatMillis;
  private final List<Thread> keepers;

  DirectPeers(Host host, Collection<PeerId> peers, long heartbeatMillis) {
    this.host = host;
    this.heartbeatMillis = heartbeatMillis;
    this.keepers = peers.stream()
        .map(peer -> Thread.ofVirtual().name("gossipsub-direct-" + peer).unstarted(() -> keep(peer))).toList();
  }

  void start() {
    keepers.forEach(Thread::start);
  }

  private void keep(PeerId peer) {
    int pause = FIRST_PAUSE_HEARTBEATS;
    try {
      while (true) {
        pause = connected(peer) ? FIRST_PAUSE_HEARTBEATS : Math.min(2 * pause, LONGEST_PAUSE_HEARTBEATS);
        Thread.sleep(pause * heartbeatMillis);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} is no longer looked after", peer);
    }
  }

  private boolean connected(PeerId peer) {
    try {
      return host.connect(peer).isOpen();
    } catch (Libp2pException e) {
      LOG.debug("the direct peer {} is not reached: {}", peer, e.getMessage());
      return false;
    }
  }

  @Override
  public void close() {
    keepers.forEach(Thread::interrupt);
  }
}
