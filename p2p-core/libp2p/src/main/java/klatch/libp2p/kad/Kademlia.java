package klatch.libp2p.kad;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.Peerstore;
import klatch.libp2p.protocol.PeerAddresses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A distributed hash table among all hosts that speak the same protocol id (libp2p kad-dht): finds peers by their id, keeps small records
 * under keys, and knows who provides a content. Calls block; each is bounded by {@link KadOptions#lookup()}.
 */
public final class Kademlia implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Kademlia.class);
  /** Own records and contents that are published again and again. */
  private static final int MAX_OWN = 4096;
  /** Buckets refreshed at once; a random key that shares more bits with ours than this takes long to draw. */
  private static final int MAX_REFRESHED_PREFIX = 12;
  /** Peers checked in one round of looking after the table. */
  private static final int CHECKED_PER_ROUND = 32;
  private static final byte[] PEER_ID_PREFIX = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};
  private static final int PEER_ID_KEY_BYTES = 32;

  private final Host host;
  private final KadOptions options;
  private final RoutingTable table;
  private final RecordStore records;
  private final ProviderStore providers;
  private final KadClient client;
  private final SecureRandom random = new SecureRandom();
  private final Map<ByteBuffer, Own> own = new ConcurrentHashMap<>();
  private final Thread caretaker;
  private volatile boolean closed;

  /** Something of ours to publish again; {@code value} is empty for a content we provide. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by identity of its arrays only, to replace the very one.
  private record Own(byte[] key, Optional<byte[]> value, Instant published) {
  }

  private Kademlia(Host host, KadOptions options) {
    this.host = host;
    this.options = options;
    this.table = new RoutingTable(host.id(), options, System::nanoTime);
    this.records = new RecordStore(options);
    this.providers = new ProviderStore(options);
    this.client = new KadClient(host, options, table);
    this.caretaker = Thread.ofVirtual().name("kad-caretaker").unstarted(this::takeCare);
  }

  /** Starts on a host; in server mode it answers from now on. It knows nobody until {@link #bootstrap} or until servers connect. */
  public static Kademlia start(Host host, KadOptions options) {
    Kademlia kademlia = new Kademlia(host, options);
    if (options.server()) {
      host.handle(options.protocol(),
          new KadServer(host, options, kademlia.table, kademlia.records, kademlia.providers));
    }
    host.onIdentify(kademlia::identified);
    host.connections().forEach(connection -> Thread.ofVirtual().start(() -> kademlia.identified(connection)));
    kademlia.caretaker.start();
    return kademlia;
  }

  /** Only peers that serve are worth knowing, and identify tells which do. */
  private void identified(Connection connection) {
    Optional<PeerDescription> peer = connection.description();
    if (!closed && peer.isPresent() && peer.get().protocols().contains(options.protocol())) {
      client.heard(connection.remotePeer(), peer.get().listenAddresses());
    }
  }

  /**
   * Enters the network through these peers, and looks for our own neighbours. Says how many peers are known then.
   *
   * @param addresses each with {@code /p2p/<id>} at its end
   */
  public int bootstrap(List<Multiaddr> addresses) {
    for (Multiaddr address : addresses) {
      PeerId peer = address.peer().orElseThrow(() -> new IllegalArgumentException("without a peer id: " + address));
      PeerAddresses known = new PeerAddresses(peer, List.of(address.withoutPeer()));
      client.ask(known, KadMessage.of(KadMessage.Type.FIND_NODE, host.id().bytes()));
    }
    nearest(host.id().bytes());
    return table.size();
  }

  /** Peers known in server mode. */
  public int tableSize() {
    return table.size();
  }

  /** Where a peer may be reached: from our own table, else by asking ever nearer peers. {@link Host#connect(PeerId)} knows it from then on. */
  public Optional<PeerAddresses> findPeer(PeerId peer) {
    Optional<PeerAddresses> known = table.find(peer).filter(found -> !found.addresses().isEmpty());
    if (known.isPresent()) {
      return known;
    }
    List<PeerAddresses> found = new ArrayList<>();
    search(KadMessage.of(KadMessage.Type.FIND_NODE, peer.bytes()), (answering, answer) -> {
      answer.closer().stream().filter(closer -> closer.peer().equals(peer) && !closer.addresses().isEmpty())
          .forEach(found::add);
      return !found.isEmpty();
    });
    found.stream().limit(1).forEach(this::note);
    return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
  }

  /** The peers nearest to a key that answer, nearest first, at most {@code k}. */
  public List<PeerAddresses> nearest(byte[] key) {
    return search(KadMessage.of(KadMessage.Type.FIND_NODE, key), (answering, answer) -> false);
  }

  /**
   * Stores a value with the peers nearest to its key, and again from time to time until {@link #withdraw}. Says how many took it.
   *
   * @throws MalformedMessageException if our own validator refuses it
   */
  public int put(byte[] key, byte[] value) throws MalformedMessageException {
    records.check(key, value);
    remember(new Own(key.clone(), Optional.of(value.clone()), options.clock().instant()));
    return publish(key, value);
  }

  private int publish(byte[] key, byte[] value) throws MalformedMessageException {
    if (options.server()) {
      records.put(key, value, host.id());
    }
    KadMessage message = KadMessage.of(KadMessage.Type.PUT_VALUE, key).withRecord(new KadRecord(key, value, ""));
    return each(nearest(key), peer -> client.ask(peer, message).isPresent());
  }

  /**
   * The best value under a key that {@code quorum} peers, ourselves included, have told, or as many as there are. Peers found to hold a
   * worse value, or none although they are among the nearest, are given the best.
   */
  public Optional<byte[]> get(byte[] key, int quorum) {
    ToldValues values = new ToldValues(records, key, quorum);
    records.find(key).ifPresent(record -> values.add(host.id(), record.value()));
    if (values.enough()) {
      return values.best();
    }
    List<PeerAddresses> nearest = search(KadMessage.of(KadMessage.Type.GET_VALUE, key), (peer, answer) -> {
      answer.record().ifPresent(record -> values.add(peer, record.value()));
      return values.enough();
    });
    Optional<byte[]> best = values.best();
    best.ifPresent(value -> correct(key, value, nearest, values));
    return best;
  }

  private void correct(byte[] key, byte[] best, List<PeerAddresses> nearest, ToldValues values) {
    KadMessage message = KadMessage.of(KadMessage.Type.PUT_VALUE, key).withRecord(new KadRecord(key, best, ""));
    List<PeerAddresses> behind = nearest.stream().filter(peer -> !values.holdsBest(peer.peer())).toList();
    Thread.ofVirtual().name("kad-correct").start(() -> each(behind, peer -> client.ask(peer, message).isPresent()));
  }

  /**
   * Tells the peers nearest to a content that we have it, and again from time to time until {@link #withdraw}. Says how many were told.
   *
   * @throws MalformedMessageException if {@code multihash} is none
   */
  public int provide(byte[] multihash) throws MalformedMessageException {
    Multihash.check(multihash);
    remember(new Own(multihash.clone(), Optional.empty(), options.clock().instant()));
    return announce(multihash);
  }

  private int announce(byte[] multihash) {
    if (options.server()) {
      providers.add(multihash, ownAddresses(host));
    }
    KadMessage message = KadMessage.of(KadMessage.Type.ADD_PROVIDER, multihash)
        .withProviders(List.of(ownAddresses(host)));
    return each(nearest(multihash), peer -> client.tell(peer, message));
  }

  /** Publishes a record or content no longer; what others hold ends with its age. */
  public void withdraw(byte[] keyOrMultihash) {
    own.remove(ByteBuffer.wrap(keyOrMultihash));
  }

  /**
   * Peers that say they have a content; asks on until {@code count} are found or all of the nearest were asked.
   *
   * @throws MalformedMessageException if {@code multihash} is none
   */
  public List<PeerAddresses> findProviders(byte[] multihash, int count) throws MalformedMessageException {
    Multihash.check(multihash);
    Map<PeerId, PeerAddresses> found = new LinkedHashMap<>();
    providers.find(multihash).forEach(provider -> found.put(provider.peer(), provider));
    if (found.size() < count) {
      search(KadMessage.of(KadMessage.Type.GET_PROVIDERS, multihash), (peer, answer) -> {
        for (PeerAddresses provider : answer.providers()) {
          found.merge(provider.peer(), provider, (a, b) -> a.addresses().isEmpty() ? b : a);
        }
        return found.size() >= count;
      });
    }
    List<PeerAddresses> providing = found.values().stream().limit(count).toList();
    providing.forEach(this::note);
    return providing;
  }

  /** From now on the host can be asked to connect with that peer by its id alone. */
  private void note(PeerAddresses found) {
    host.peerstore().addAddresses(found.peer(), found.addresses(), Peerstore.Source.HEARSAY);
  }

  // ---- searching ----

  /** Looks at an answer and says whether the search may end. Called by one thread at a time. */
  private interface Look {
    boolean enough(PeerId peer, KadMessage answer);
  }

  private List<PeerAddresses> search(KadMessage question, Look look) {
    KadKey target = KadKey.of(question.key());
    Lookup lookup = new Lookup(target, options.bucketSize(), host.id());
    lookup.add(table.nearest(target, options.bucketSize()));
    return new Search(lookup, options).run(peer -> client.ask(peer, question),
        (peer, answer) -> {
          lookup.add(answer.closer());
          return look.enough(peer, answer);
        });
  }

  /** Does something with each of a few peers at once and counts the successes. */
  private static int each(List<PeerAddresses> peers, Predicate<PeerAddresses> task) {
    List<Thread> threads = new ArrayList<>();
    var successes = new java.util.concurrent.atomic.AtomicInteger();
    for (PeerAddresses peer : peers) {
      threads.add(Thread.ofVirtual().name("kad-tell").start(() -> {
        if (task.test(peer)) {
          successes.incrementAndGet();
        }
      }));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return successes.get();
  }

  // ---- looking after things ----

  private void remember(Own mine) {
    if (own.size() >= MAX_OWN && !own.containsKey(ByteBuffer.wrap(mine.key()))) {
      throw new IllegalStateException("already " + own.size() + " records and contents of our own, at most " + MAX_OWN);
    }
    own.put(ByteBuffer.wrap(mine.key()), mine);
  }

  private void takeCare() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        TimeUnit.NANOSECONDS.sleep(options.refresh().toNanos());
        try {
          checkSilent();
          refresh();
          republish();
        } catch (Libp2pException | MalformedMessageException e) {
          LOG.debug("looking after the table: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void checkSilent() {
    List<PeerAddresses> silent = table.silentFor(options.refresh().toNanos());
    each(silent.stream().limit(CHECKED_PER_ROUND).toList(), peer -> {
      boolean there = client.stillThere(peer);
      if (!there) {
        table.remove(peer.peer());
      }
      return there;
    });
  }

  private void refresh() {
    nearest(host.id().bytes());
    int last = Math.min(table.longestPrefix(), MAX_REFRESHED_PREFIX);
    for (int prefix = 0; prefix <= last; prefix++) {
      nearest(randomKey(prefix));
    }
  }

  /** A made-up peer id that shares so many bits with ours. */
  private byte[] randomKey(int commonPrefix) {
    KadKey self = KadKey.of(host.id());
    byte[] key = java.util.Arrays.copyOf(PEER_ID_PREFIX, PEER_ID_PREFIX.length + PEER_ID_KEY_BYTES);
    byte[] drawn = new byte[PEER_ID_KEY_BYTES];
    do {
      random.nextBytes(drawn);
      System.arraycopy(drawn, 0, key, PEER_ID_PREFIX.length, PEER_ID_KEY_BYTES);
    } while (self.commonPrefix(KadKey.of(key)) != commonPrefix);
    return key;
  }

  private void republish() throws MalformedMessageException {
    Instant due = options.clock().instant().minus(options.stores().republish());
    for (Own mine : List.copyOf(own.values())) {
      if (!mine.published().isAfter(due)) {
        own.replace(ByteBuffer.wrap(mine.key()), mine,
            new Own(mine.key(), mine.value(), options.clock().instant()));
        if (mine.value().isPresent()) {
          publish(mine.key(), mine.value().get());
        } else {
          announce(mine.key());
        }
      }
    }
  }

  static PeerAddresses ownAddresses(Host host) {
    return new PeerAddresses(host.id(), host.listenAddresses().stream().map(Multiaddr::withoutPeer).toList());
  }

  /** Values kept for others, and our own. */
  public int storedRecords() {
    return records.size();
  }

  /** Contents for which providers are kept. */
  public int storedContents() {
    return providers.size();
  }

  @Override
  public void close() {
    closed = true;
    caretaker.interrupt();
    if (options.server()) {
      host.removeHandler(options.protocol());
    }
  }
}
