package klatch.lightning;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import klatch.commitments.LightningException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the peers of a restored node to close the channels that it has lost. Connecting is enough: the peer speaks of the
 * channel, this node knows none, and says so in the way that makes the peer close.
 */
final class LostChannels {
  private static final Logger LOG = LoggerFactory.getLogger(LostChannels.class);
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final LdkLightning node;
  private final List<WalletBackup.Peer> peers;
  private final Thread thread;

  LostChannels(LdkLightning node, List<WalletBackup.Peer> peers) {
    this.node = node;
    this.peers = peers;
    this.thread = Thread.ofVirtual().name("lost-channels").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    Set<String> asked = new HashSet<>();
    try {
      while (asked.size() < peers.size()) {
        for (WalletBackup.Peer peer : peers) {
          if (!asked.contains(peer.nodeId()) && ask(peer)) {
            asked.add(peer.nodeId());
          }
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean ask(WalletBackup.Peer peer) {
    int colon = peer.address().lastIndexOf(':');
    InetSocketAddress address = InetSocketAddress.createUnresolved(peer.address().substring(0, colon),
        Integer.parseInt(peer.address().substring(colon + 1)));
    try {
      node.connect(peer.nodeId(), address.getHostString(), address.getPort());
      return true;
    } catch (LightningException | IllegalArgumentException e) {
      LOG.info("the peer {} of a lost channel is asked again: {}", peer.nodeId(), e.getMessage());
      return false;
    }
  }

  void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
