package klatch.libp2p.kad;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Host;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.StreamHandler;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.protocol.RateLimit;

/** Answers the questions of others, as many on one stream as they like. */
final class KadServer implements StreamHandler {
  /** A peer that keeps a stream open asks on it at least this often. */
  private static final Duration IDLE = Duration.ofSeconds(60);
  /** Questions of one peer at once … */
  static final int BURST = 256;
  /** … and one more each time this has passed. */
  private static final Duration PAUSE = Duration.ofMillis(20);
  /** An IP address may ask as often as so many peers: a whole venue stands behind one. */
  private static final int PEERS_PER_IP = 32;
  private static final int RATE_KEYS = 4096;

  private final Host host;
  private final KadOptions options;
  private final RoutingTable table;
  private final RecordStore records;
  private final ProviderStore providers;
  private final RateLimit<PeerId> perPeer = new RateLimit<>(BURST, PAUSE, RATE_KEYS, System::nanoTime);
  private final RateLimit<IpGroup> perIp = new RateLimit<>(BURST * PEERS_PER_IP, PAUSE.dividedBy(PEERS_PER_IP),
      RATE_KEYS, System::nanoTime);

  KadServer(Host host, KadOptions options, RoutingTable table, RecordStore records, ProviderStore providers) {
    this.host = host;
    this.options = options;
    this.table = table;
    this.records = records;
    this.providers = providers;
  }

  @Override
  public void handle(Stream stream) throws IOException, MalformedMessageException {
    stream.timeout(IDLE);
    Optional<IpGroup> ip = IpGroup.of(stream.connection().remoteAddress());
    while (true) {
      Optional<byte[]> message = Frames.readUnlessEnded(stream.input(), KadMessage.MAX_BYTES);
      if (message.isEmpty()) {
        return;
      }
      if (!perPeer.allows(stream.remotePeer()) || (ip.isPresent() && !perIp.allows(ip.get()))) {
        throw new MalformedMessageException("more than " + BURST + " questions, and then one each " + PAUSE);
      }
      Optional<KadMessage> answer = answer(KadMessage.decode(message.get()), stream.remotePeer());
      if (answer.isPresent()) {
        Frames.write(stream.output(), answer.get().encode());
      }
    }
  }

  /** The answer to one question; ADD_PROVIDER has none. */
  Optional<KadMessage> answer(KadMessage question, PeerId from) throws MalformedMessageException {
    byte[] key = question.key();
    if (key.length == 0 && question.type() != KadMessage.Type.PING) {
      throw new MalformedMessageException(question.type() + " without a key");
    }
    KadMessage answer = KadMessage.of(question.type(), key);
    return switch (question.type()) {
      case FIND_NODE -> Optional.of(answer.withCloser(named(key, from)));
      case GET_VALUE -> {
        KadMessage closer = answer.withCloser(nearest(key, from));
        yield Optional.of(records.find(key).map(closer::withRecord).orElse(closer));
      }
      case PUT_VALUE -> {
        store(question, from);
        yield Optional.of(question);
      }
      case GET_PROVIDERS -> {
        Multihash.check(key);
        List<PeerAddresses> known = providers.find(key).stream().limit(KadMessage.MAX_PEERS).toList();
        yield Optional.of(answer.withCloser(nearest(key, from)).withProviders(known));
      }
      case ADD_PROVIDER -> {
        Multihash.check(key);
        for (PeerAddresses provider : question.providers()) {
          // Whoever names another peer is not believed; the peer itself was proven by its connection.
          if (provider.peer().equals(from)) {
            providers.add(key, provider);
          }
        }
        yield Optional.empty();
      }
      case PING -> Optional.of(answer);
    };
  }

  private void store(KadMessage question, PeerId from) throws MalformedMessageException {
    KadRecord record = question.record().orElseThrow(() -> new MalformedMessageException("PUT_VALUE without a record"));
    if (!java.util.Arrays.equals(record.key(), question.key())) {
      throw new MalformedMessageException("PUT_VALUE of a record with another key");
    }
    RecordStore.Outcome outcome = records.put(record.key(), record.value(), from);
    if (outcome != RecordStore.Outcome.STORED) {
      throw new MalformedMessageException("a record that is not stored: " + outcome);
    }
  }

  private List<PeerAddresses> nearest(byte[] key, PeerId asker) {
    return table.nearest(KadKey.of(key), options.bucketSize() + 1).stream()
        .filter(peer -> !peer.peer().equals(asker)).limit(options.bucketSize()).toList();
  }

  /** The nearest to a peer id, and first of all that very peer: ourselves, or one we are connected with that serves nobody. */
  private List<PeerAddresses> named(byte[] key, PeerId asker) {
    List<PeerAddresses> peers = new ArrayList<>(nearest(key, asker));
    Optional<PeerAddresses> wanted = wanted(key);
    if (wanted.isPresent() && peers.stream().noneMatch(peer -> peer.peer().equals(wanted.get().peer()))) {
      peers.addFirst(wanted.get());
    }
    return peers;
  }

  private Optional<PeerAddresses> wanted(byte[] key) {
    try {
      PeerId peer = PeerId.fromBytes(key);
      if (peer.equals(host.id())) {
        return Optional.of(Kademlia.ownAddresses(host));
      }
      return host.connection(peer).filter(klatch.libp2p.Connection::outbound)
          .map(open -> new PeerAddresses(peer, List.of(open.remoteAddress())));
    } catch (MalformedMessageException e) {
      // Any bytes may be looked for, not only peer ids.
      return Optional.empty();
    }
  }
}
