package klatch.libp2p.kad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;
import org.junit.jupiter.api.Test;

class KadTest {
  /** Values that begin with a digit; the larger digit is the better. */
  static final Validator DIGITS = new Validator() {
    @Override
    public void check(byte[] key, byte[] value) throws MalformedMessageException {
      if (value.length == 0 || value[0] < '0' || value[0] > '9') {
        throw new MalformedMessageException("not a digit");
      }
    }

    @Override
    public int best(byte[] key, List<byte[]> values) {
      int best = 0;
      for (int i = 1; i < values.size(); i++) {
        best = values.get(i)[0] > values.get(best)[0] ? i : best;
      }
      return best;
    }
  };

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] multihash(int seed) {
    byte[] hash = new byte[34];
    hash[0] = 0x12;
    hash[1] = 32;
    hash[2] = (byte) seed;
    hash[3] = (byte) (seed >> 8);
    return hash;
  }

  private static PeerId peer(int seed) {
    byte[] bytes = new byte[32];
    bytes[0] = (byte) seed;
    bytes[1] = (byte) (seed >> 8);
    return Ed25519Key.fromSeed(bytes).peerId();
  }

  private static Multiaddr address(String text) {
    try {
      return Multiaddr.parse(text);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e);
    }
  }

  // ---- messages ----

  @Test
  void aMessageIsTheGoldenBytesAndReadsBack() throws Exception {
    PeerId peer = PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    KadMessage message = KadMessage.of(KadMessage.Type.GET_VALUE, utf8("/k/a"))
        .withRecord(new KadRecord(utf8("/k/a"), utf8("v"), "2026-01-01T00:00:00Z"))
        .withCloser(List.of(new PeerAddresses(peer, List.of(address("/ip4/1.2.3.4/tcp/5")))))
        .withProviders(List.of(PeerAddresses.of(peer)));
    String id = HexFormat.of().formatHex(peer.bytes());
    assertThat(HexFormat.of().formatHex(message.encode())).isEqualTo("0801" + "12042f6b2f61"
        + "1a1f" + "0a042f6b2f61" + "120176" + "2a14323032362d30312d30315430303a30303a30305a"
        + "4232" + "0a26" + id + "1208" + "0401020304060005" + "4a28" + "0a26" + id);
    assertThat(KadMessage.decode(message.encode())).isEqualTo(message);
  }

  @Test
  void aMessageNeverGrowsOverItsBoundHoweverManyPeersThereAre() throws Exception {
    List<PeerAddresses> many = new ArrayList<>();
    List<Multiaddr> addresses = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      addresses.add(address("/dns4/" + "a".repeat(60) + "." + "b".repeat(60) + "/tcp/" + i));
    }
    for (int i = 0; i < 20; i++) {
      many.add(new PeerAddresses(peer(i), addresses));
    }
    byte[] encoded = KadMessage.of(KadMessage.Type.GET_PROVIDERS, multihash(1)).withCloser(many).withProviders(many)
        .encode();
    assertThat(encoded.length).isLessThanOrEqualTo(KadMessage.MAX_BYTES);
    KadMessage read = KadMessage.decode(encoded);
    assertThat(read.providers()).isNotEmpty();
    assertThat(read.providers().getFirst().addresses()).hasSize(KadMessage.ADDRESSES_SENT);
  }

  @Test
  void badMessagesAreRefusedAndBadPeersInGoodOnesLeftOut() throws Exception {
    assertThatThrownBy(() -> KadMessage.decode(new Protobuf.Writer().number(1, 6).toByteArray()))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("type 6");
    assertThatThrownBy(
        () -> KadMessage.decode(new Protobuf.Writer().number(1, 4).bytes(2, new byte[257]).toByteArray()))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most 256");
    byte[] good = PeerAddresses.of(peer(1)).encode().toByteArray();
    Protobuf.Writer mixed = new Protobuf.Writer().number(1, 4).bytes(2, utf8("k")).bytes(8, utf8("?")).bytes(8, good);
    for (int i = 0; i < 100; i++) {
      mixed.bytes(9, good);
    }
    KadMessage read = KadMessage.decode(mixed.number(10, 3).toByteArray());
    assertThat(read.closer()).containsExactly(PeerAddresses.of(peer(1)));
    assertThat(read.providers()).hasSize(KadMessage.MAX_PEERS);
    // Encoders of proto3 leave a zero out.
    assertThat(KadMessage.decode(new byte[0]).type()).isEqualTo(KadMessage.Type.PUT_VALUE);
  }

  @Test
  void aMultihashMustSayItsOwnLength() throws Exception {
    Multihash.check(multihash(3));
    for (String bad : List.of("", "12", "1220aa", "1202aabb", "12".repeat(90))) {
      assertThatThrownBy(() -> Multihash.check(HexFormat.of().parseHex(bad))).as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  // ---- the table ----

  @Test
  void distanceIsXorOfHashes() {
    KadKey zero = KadKey.of(utf8("a"));
    KadKey other = KadKey.of(utf8("b"));
    // SHA-256: ca978112… and 3e23e816…: the first bits differ.
    assertThat(zero.toString()).startsWith("ca978112");
    assertThat(other.toString()).startsWith("3e23e816");
    assertThat(zero.commonPrefix(other)).isZero();
    assertThat(zero.commonPrefix(zero)).isEqualTo(KadKey.BITS);
    assertThat(zero.nearestFirst().compare(zero, other)).isNegative();
    assertThat(other.nearestFirst().compare(zero, other)).isPositive();
  }

  private final AtomicLong nanos = new AtomicLong();

  private RoutingTable table(KadOptions options) {
    return new RoutingTable(peer(0), options, nanos::get);
  }

  @Test
  void theNearestOfManyAreFoundAndOurselvesNever() {
    RoutingTable table = table(KadOptions.DEFAULT.sizes(20, 3));
    for (int i = 0; i <= 200; i++) {
      table.offer(peer(i), List.of());
    }
    KadKey target = KadKey.of(utf8("anything"));
    List<PeerAddresses> nearest = table.nearest(target, 5);
    assertThat(nearest).hasSize(5).noneMatch(peer -> peer.peer().equals(peer(0)));
    assertThat(nearest.stream().map(peer -> KadKey.of(peer.peer())).toList())
        .isSortedAccordingTo(target.nearestFirst());
    assertThat(table.size()).isLessThan(200).isGreaterThan(40);
  }

  @Test
  void aFullBucketKeepsWhoAnswersAndOnlyAnOldSilentOneIsUpForReplacement() {
    KadOptions options = KadOptions.DEFAULT.sizes(2, 3);
    RoutingTable table = table(options);
    List<PeerId> sameBucket = new ArrayList<>();
    for (int i = 1; sameBucket.size() < 3; i++) {
      if (KadKey.of(peer(0)).commonPrefix(KadKey.of(peer(i))) == 0) {
        sameBucket.add(peer(i));
      }
    }
    assertThat(table.offer(sameBucket.get(0), List.of())).isInstanceOf(RoutingTable.Offer.Kept.class);
    nanos.addAndGet(1);
    assertThat(table.offer(sameBucket.get(1), List.of())).isInstanceOf(RoutingTable.Offer.Kept.class);
    assertThat(table.offer(sameBucket.get(2), List.of())).isInstanceOf(RoutingTable.Offer.Refused.class);
    nanos.addAndGet(options.refresh().toNanos());
    assertThat(table.offer(sameBucket.get(2), List.of()))
        .isEqualTo(new RoutingTable.Offer.Full(PeerAddresses.of(sameBucket.get(0))));
    // The oldest answers: now the other one is the oldest.
    table.offer(sameBucket.get(0), List.of());
    assertThat(table.offer(sameBucket.get(2), List.of()))
        .isEqualTo(new RoutingTable.Offer.Full(PeerAddresses.of(sameBucket.get(1))));
    table.remove(sameBucket.get(1));
    assertThat(table.offer(sameBucket.get(2), List.of())).isInstanceOf(RoutingTable.Offer.Kept.class);
    assertThat(table.find(sameBucket.get(1))).isEmpty();
    assertThat(table.silentFor(options.refresh().toNanos())).isEmpty();
  }

  @Test
  void onePublicAddressFillsOnlyAPartOfTheTableWhileAVenueMayBeFull() {
    RoutingTable table = table(KadOptions.DEFAULT.peersPerIp(2, 10));
    for (int i = 1; i <= 500; i++) {
      table.offer(peer(i), List.of(address("/ip4/8.8.8.8/tcp/" + i)));
    }
    assertThat(table.size()).isLessThanOrEqualTo(10);
    int before = table.size();
    for (int i = 501; i <= 600; i++) {
      table.offer(peer(i), List.of(address("/ip4/192.168.7.7/tcp/" + i)));
    }
    assertThat(table.size()).isGreaterThan(before + 40);
    // A peer that moves into the crowded address keeps its place, with the address it had.
    PeerAddresses moving = table.nearest(KadKey.of(utf8("x")), 200).stream()
        .filter(peer -> peer.addresses().getFirst().toString().contains("192.168")).findFirst().orElseThrow();
    table.offer(moving.peer(), List.of(address("/ip4/8.8.8.8/tcp/9999")));
    assertThat(table.find(moving.peer())).contains(moving);
  }

  // ---- what is kept for others ----

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private KadOptions small() {
    return KadOptions.DEFAULT.clock(() -> now).validator("d", DIGITS).stores(new KadOptions.StoreLimits(3, 100, 2,
        Duration.ofHours(36), 3, 2, 2, Duration.ofHours(48), Duration.ofHours(22)));
  }

  @Test
  void aRecordIsKeptWhileItIsTheBestAndForgottenWithAge() throws Exception {
    RecordStore store = new RecordStore(small());
    byte[] key = utf8("/d/one");
    assertThat(store.put(key, utf8("1"), peer(1))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(key, utf8("3"), peer(2))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(key, utf8("2"), peer(1))).isEqualTo(RecordStore.Outcome.WORSE);
    assertThat(store.find(key).orElseThrow())
        .isEqualTo(new KadRecord(key, utf8("3"), now.toString()));
    now = now.plus(Duration.ofHours(20));
    assertThat(store.put(key, utf8("3"), peer(3))).as("the same again keeps it").isEqualTo(RecordStore.Outcome.STORED);
    now = now.plus(Duration.ofHours(20));
    assertThat(store.find(key)).isPresent();
    now = now.plus(Duration.ofHours(16));
    assertThat(store.find(key)).isEmpty();
    assertThat(store.size()).isZero();
  }

  @Test
  void recordsAreBoundedForEachPeerAndForAll() throws Exception {
    RecordStore store = new RecordStore(small());
    assertThat(store.put(utf8("/d/a"), utf8("1"), peer(1))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(utf8("/d/b"), utf8("1"), peer(1))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(utf8("/d/c"), utf8("1"), peer(1))).isEqualTo(RecordStore.Outcome.FULL);
    assertThat(store.put(utf8("/d/c"), utf8("1"), peer(2))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(utf8("/d/d"), utf8("1"), peer(3))).isEqualTo(RecordStore.Outcome.FULL);
    now = now.plus(Duration.ofHours(36));
    assertThat(store.put(utf8("/d/d"), utf8("1"), peer(1))).isEqualTo(RecordStore.Outcome.STORED);
    assertThat(store.put(utf8("/d/e"), utf8("1"), peer(1))).as("room again with what was forgotten")
        .isEqualTo(RecordStore.Outcome.STORED);
  }

  @Test
  void aRecordOfNoNamespaceOrThatItsValidatorRefusesIsNotKept() {
    RecordStore store = new RecordStore(small());
    for (String key : List.of("", "/d/", "d/x", "/e/x", "/dd/x")) {
      assertThatThrownBy(() -> store.put(utf8(key), utf8("1"), peer(1))).as(key)
          .isInstanceOf(MalformedMessageException.class).hasMessageContaining("namespaces");
    }
    assertThatThrownBy(() -> store.put(utf8("/d/x"), utf8("x"), peer(1))).isInstanceOf(MalformedMessageException.class)
        .hasMessage("not a digit");
    assertThatThrownBy(() -> store.put(utf8("/d/x"), new byte[101], peer(1)))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most 256 and 100");
  }

  @Test
  void providersAreBoundedNewestFirstAndForgottenWithAge() {
    ProviderStore store = new ProviderStore(small());
    assertThat(store.add(multihash(1), PeerAddresses.of(peer(1)))).isTrue();
    assertThat(store.add(multihash(1), PeerAddresses.of(peer(2)))).isTrue();
    assertThat(store.add(multihash(1), PeerAddresses.of(peer(3)))).isTrue();
    assertThat(store.find(multihash(1))).containsExactly(PeerAddresses.of(peer(3)), PeerAddresses.of(peer(2)));
    assertThat(store.add(multihash(2), PeerAddresses.of(peer(3)))).isTrue();
    assertThat(store.add(multihash(3), PeerAddresses.of(peer(3)))).as("two contents a peer").isFalse();
    assertThat(store.add(multihash(3), PeerAddresses.of(peer(1)))).as("the first one left again").isTrue();
    assertThat(store.add(multihash(4), PeerAddresses.of(peer(4)))).as("three contents in all").isFalse();
    now = now.plus(Duration.ofHours(47));
    assertThat(store.add(multihash(2), PeerAddresses.of(peer(3)))).as("again").isTrue();
    now = now.plus(Duration.ofHours(1));
    assertThat(store.find(multihash(1))).isEmpty();
    assertThat(store.find(multihash(2))).containsExactly(PeerAddresses.of(peer(3)));
    assertThat(store.size()).isEqualTo(1);
  }

  // ---- lookups ----

  @Test
  void aLookupAsksTheNearestFirstAndEndsWhenTheyHaveAnswered() {
    KadKey target = KadKey.of(utf8("t"));
    List<PeerAddresses> peers = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      peers.add(PeerAddresses.of(peer(i)));
    }
    peers.sort((a, b) -> target.nearestFirst().compare(KadKey.of(a.peer()), KadKey.of(b.peer())));
    Lookup lookup = new Lookup(target, 3, peer(0));
    lookup.add(peers.subList(20, 30));
    lookup.add(List.of(PeerAddresses.of(peer(0))));
    assertThat(lookup.next()).contains(peers.get(20));
    lookup.add(peers);
    lookup.answered(peers.get(20).peer());
    assertThat(lookup.next()).contains(peers.get(0));
    assertThat(lookup.next()).contains(peers.get(1));
    assertThat(lookup.next()).contains(peers.get(2));
    assertThat(lookup.next()).as("only the three nearest are asked").isEmpty();
    lookup.failed(peers.get(1).peer());
    lookup.add(List.of(peers.get(1)));
    assertThat(lookup.next()).as("the next takes the place of one that failed").contains(peers.get(3));
    assertThat(lookup.done()).isFalse();
    lookup.answered(peers.get(0).peer());
    lookup.answered(peers.get(2).peer());
    lookup.answered(peers.get(3).peer());
    assertThat(lookup.done()).isTrue();
    assertThat(lookup.result()).containsExactly(peers.get(0), peers.get(2), peers.get(3));
  }

  @Test
  void aLookupFindsTheTrulyNearestOfAThousandPeersInFewQuestions() throws Exception {
    Network network = new Network(1000);
    KadKey target = KadKey.of(utf8("somewhere"));
    KadOptions options = KadOptions.DEFAULT;
    Lookup lookup = new Lookup(target, options.bucketSize(), peer(0));
    lookup.add(List.of(PeerAddresses.of(peer(1))));
    List<PeerAddresses> found = new Search(lookup, options).run(
        peer -> Optional.of(KadMessage.of(KadMessage.Type.FIND_NODE, utf8("somewhere"))
            .withCloser(network.answer(peer.peer(), target))),
        (peer, answer) -> {
          lookup.add(answer.closer());
          return false;
        });
    assertThat(found).hasSize(20).isEqualTo(network.nearest(target, 20));
    assertThat(lookup.asked()).isLessThan(80);
  }

  @Test
  void aLookupAmongLiarsEndsWithinItsBounds() {
    AtomicLong made = new AtomicLong(1_000);
    Lookup lookup = new Lookup(KadKey.of(utf8("t")), 20, peer(0));
    lookup.add(List.of(PeerAddresses.of(peer(1))));
    new Search(lookup, KadOptions.DEFAULT).run(peer -> {
      List<PeerAddresses> invented = new ArrayList<>();
      for (int i = 0; i < KadMessage.MAX_PEERS; i++) {
        invented.add(PeerAddresses.of(peer((int) made.incrementAndGet())));
      }
      return Optional.of(KadMessage.of(KadMessage.Type.FIND_NODE, utf8("t")).withCloser(invented));
    }, (peer, answer) -> {
      lookup.add(answer.closer());
      return false;
    });
    assertThat(lookup.asked()).isLessThanOrEqualTo(Lookup.MAX_ASKED);
  }

  /** Many peers whose tables were filled by hearing of all the others. */
  private static final class Network {
    private final java.util.Map<PeerId, RoutingTable> tables = new java.util.HashMap<>();

    Network(int size) {
      List<PeerId> peers = new ArrayList<>();
      for (int i = 1; i <= size; i++) {
        peers.add(peer(i));
      }
      java.util.Collections.shuffle(peers, new java.util.Random(7));
      for (PeerId one : peers) {
        RoutingTable table = new RoutingTable(one, KadOptions.DEFAULT, () -> 0);
        peers.forEach(other -> table.offer(other, List.of()));
        tables.put(one, table);
      }
    }

    List<PeerAddresses> answer(PeerId peer, KadKey target) {
      return java.util.Objects.requireNonNull(tables.get(peer)).nearest(target, KadOptions.DEFAULT.bucketSize());
    }

    List<PeerAddresses> nearest(KadKey target, int count) {
      return tables.keySet().stream()
          .sorted((a, b) -> target.nearestFirst().compare(KadKey.of(a), KadKey.of(b))).limit(count)
          .map(PeerAddresses::of).toList();
    }
  }
}
