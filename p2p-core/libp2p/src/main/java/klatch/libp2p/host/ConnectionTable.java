package klatch.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.libp2p.Limits;
import klatch.libp2p.PeerId;
import klatch.libp2p.PeerTags;

/** The connections of a host and how many there may be: of all, of one peer, of one IP address. Safe for any thread. */
public final class ConnectionTable {
  private final Limits limits;
  private final PeerTags tags;
  private final InboundRate rate;
  private final List<UpgradedConnection> connections = new CopyOnWriteArrayList<>();
  private boolean closed;

  public ConnectionTable(Limits limits, PeerTags tags) {
    this.limits = limits;
    this.tags = tags;
    this.rate = new InboundRate(limits.admission());
  }

  /** Refuses an address that connects too often or holds too many, before anything is spent on it. */
  public void admit(Optional<InetAddress> address) throws IOException {
    requireRoom();
    if (address.isEmpty() || (limits.admission().loopbackExempt() && address.get().isLoopbackAddress())) {
      return;
    }
    InetAddress host = address.get();
    long open = connections.stream().filter(c -> !c.outbound() && c.remoteHost().equals(address)).count();
    if (open >= limits.admission().connectionsPerAddress()) {
      throw new IOException("already " + open + " connections from " + host.getHostAddress());
    }
    rate.count(host, System.nanoTime());
  }

  public void requireRoom() throws IOException {
    if (connections.size() >= limits.connections()) {
      throw new IOException("already " + connections.size() + " connections, the limit of this host");
    }
  }

  /** Takes a connection; the oldest of the same peer and the least valued of all make room. */
  public void add(UpgradedConnection connection) throws IOException {
    synchronized (this) {
      requireRoom();
      if (closed) {
        throw new IOException("this host is closed");
      }
      connections.add(connection);
    }
    retireOldest(connection.remotePeer());
    prune();
  }

  public void remove(UpgradedConnection connection) {
    connections.remove(connection);
  }

  /** A peer that comes back after a broken network must not be kept out by its own dead connections. */
  private void retireOldest(PeerId peer) {
    List<UpgradedConnection> same = open().stream().filter(c -> c.remotePeer().equals(peer)).toList();
    int excess = Math.max(0, same.size() - limits.connectionsPerPeer());
    same.subList(0, excess).forEach(old -> old.kill("replaced by a newer connection of the same peer"));
  }

  private void prune() {
    List<UpgradedConnection> open = open();
    if (open.size() <= limits.pruning().highWater()) {
      return;
    }
    long bornBefore = System.nanoTime() - limits.pruning().grace().toNanos();
    open.stream().filter(c -> c.openedNanos() - bornBefore < 0 && !tags.isProtected(c.remotePeer()))
        .sorted(Comparator.comparing((UpgradedConnection c) -> tags.value(c.remotePeer()))
            .thenComparing(UpgradedConnection::outbound)
            .thenComparing(c -> c.session().openStreams()))
        .limit(open.size() - limits.pruning().lowWater())
        .forEach(c -> c.close("closed to make room for others"));
  }

  /** The open connections, oldest first. */
  public List<UpgradedConnection> open() {
    return connections.stream().filter(UpgradedConnection::isOpen).toList();
  }

  /** The oldest open connection to a peer; one through a relay with limits only if there is no other. */
  public Optional<UpgradedConnection> to(PeerId peer) {
    UpgradedConnection limited = null;
    for (UpgradedConnection connection : connections) {
      if (connection.isOpen() && connection.remotePeer().equals(peer)) {
        if (!connection.limited()) {
          return Optional.of(connection);
        }
        limited = limited == null ? connection : limited;
      }
    }
    return Optional.ofNullable(limited);
  }

  public List<UpgradedConnection> all() {
    return List.copyOf(connections);
  }

  /** Takes no more connections, and gives those there are. */
  public synchronized List<UpgradedConnection> close() {
    closed = true;
    return List.copyOf(connections);
  }
}
