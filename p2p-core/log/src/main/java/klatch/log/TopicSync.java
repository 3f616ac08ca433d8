package klatch.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import klatch.libp2p.Host;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the logs of shared topics together with every peer it has a stream to, and keeps them together: what is missing
 * first, then each new entry as it comes (docs/spec/sync.md).
 *
 * <p>There is one sync with a peer at a time. Safe for any number of threads.
 */
public final class TopicSync implements AutoCloseable {
  public static final String PROTOCOL = "/klatch/sync/1";
  private static final Logger LOG = LoggerFactory.getLogger(TopicSync.class);

  private final Host host;
  private final LogStore store;
  private final TopicPolicy policy;
  private final DeviceId self;
  private final Set<TopicId> topics = ConcurrentHashMap.newKeySet();
  private final LogStore.Subscription subscription;
  private final List<Peering> peerings = new ArrayList<>();
  /** Guarded by the monitor, which is notified when one goes. */
  private final Map<DeviceId, Active> sessions = new HashMap<>();
  private boolean closed;

  private record Active(SyncSession session, DeviceId initiator) {}

  /** How it stands with one peer. */
  public record PeerStatus(DeviceId peer, int logsWaiting, long silentMillis) {}

  /** Serves the protocol on the host from now on, and follows every topic that is or comes into the store. */
  public TopicSync(Host host, LogStore store, TopicPolicy policy) {
    this.host = host;
    this.store = store;
    this.policy = policy;
    this.self = device(host.id());
    this.subscription = store.subscribe(new LogStore.Listener() {
      @Override
      public void arrived(List<Arrival> arrivals) {
        arrivals.forEach(arrival -> topics.add(arrival.entry().topic()));
      }

      @Override
      public void forked(ForkProof proof) {
        topics.add(proof.log().topic());
      }
    });
    topics.addAll(store.topics());
    host.handle(PROTOCOL, stream -> run(stream, DeviceId.of(stream.remotePeer()), false));
  }

  private static DeviceId device(PeerId id) {
    try {
      return DeviceId.of(id);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("this host has no Ed25519 identity: " + id, e);
    }
  }

  /** Wants a topic of which nothing is here yet, and tells the peers. */
  public void follow(TopicId topic) {
    topics.add(topic);
    List<SyncSession> running;
    synchronized (this) {
      running = sessions.values().stream().map(Active::session).toList();
    }
    running.forEach(session -> session.announce(topic));
  }

  /** Keeps in sync with whoever is at an address, from now on: connects, and connects again when it breaks. */
  public Peering keep(Multiaddr address) {
    Peering peering = new Peering(host, this, address);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the sync is closed");
      }
      peerings.add(peering);
    }
    peering.start();
    return peering;
  }

  /** Peers there is a sync with now, sorted by device. */
  public synchronized List<PeerStatus> peers() {
    List<PeerStatus> peers = new ArrayList<>();
    long now = System.nanoTime();
    sessions.forEach((peer, active) -> peers.add(new PeerStatus(peer, active.session().waiting(),
        (now - active.session().lastReceivedNanos()) / 1_000_000)));
    peers.sort((a, b) -> a.peer().compareTo(b.peer()));
    return peers;
  }

  /**
   * Runs a sync on a stream until it is over.
   *
   * @param ours true if this side opened the stream
   * @return why it is over
   */
  String run(Stream stream, DeviceId peer, boolean ours) throws IOException {
    SyncSession session = new SyncSession(store, peer, stream,
        topic -> topics.contains(topic) && policy.shares(peer, topic));
    Active active = new Active(session, ours ? self : peer);
    if (!admit(peer, active)) {
      new SyncFrames(stream).write(new SyncMessage.Goodbye("there is a sync with this peer already"));
      stream.close();
      return "there is a sync with this peer already";
    }
    try {
      String reason = session.run(new TreeSet<>(topics));
      LOG.debug("the sync with {} is over: {}", peer, reason);
      return reason;
    } finally {
      dismiss(peer, active);
    }
  }

  /**
   * When both sides open a stream at once, both keep the one that the device with the smaller id opened. A second stream
   * of the same opener replaces the first, which is dead more often than not.
   */
  private synchronized boolean admit(DeviceId peer, Active fresh) {
    Active there = sessions.get(peer);
    DeviceId smaller = self.compareTo(peer) < 0 ? self : peer;
    if (closed || (there != null && !there.initiator().equals(fresh.initiator())
        && there.initiator().equals(smaller))) {
      return false;
    }
    if (there != null) {
      there.session().end("another stream takes its place");
    }
    sessions.put(peer, fresh);
    return true;
  }

  private synchronized void dismiss(DeviceId peer, Active active) {
    sessions.remove(peer, active);
    notifyAll();
  }

  /** Blocks while there is a sync with the peer. */
  synchronized void awaitNone(DeviceId peer) throws InterruptedException {
    while (sessions.containsKey(peer)) {
      wait();
    }
  }

  /** Ends all syncs; the host and the store stay open. */
  @Override
  public void close() {
    List<Peering> started;
    synchronized (this) {
      closed = true;
      started = List.copyOf(peerings);
      sessions.values().forEach(active -> active.session().end("this node stops"));
    }
    started.forEach(Peering::close);
    host.removeHandler(PROTOCOL);
    subscription.close();
  }
}
