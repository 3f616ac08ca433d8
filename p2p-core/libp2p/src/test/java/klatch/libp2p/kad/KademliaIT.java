package klatch.libp2p.kad;

import static klatch.libp2p.kad.KadTest.multihash;
import static klatch.libp2p.kad.KadTest.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import klatch.libp2p.DialException;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.PeerAddresses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KademliaIT {
  private static final KadOptions OPTIONS = KadOptions.DEFAULT.validator("d", KadTest.DIGITS);

  private final List<Node> nodes = new ArrayList<>();

  private record Node(Host host, Kademlia kad) {
    PeerAddresses addresses() {
      return Kademlia.ownAddresses(host);
    }
  }

  private Node start(KadOptions options) {
    Host host = Host.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/127.0.0.1/tcp/0"));
    Node node = new Node(host, Kademlia.start(host, options));
    nodes.add(node);
    return node;
  }

  /** So many servers, each of which has entered through the first. */
  private List<Node> network(int size, KadOptions options) {
    List<Node> made = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      Node node = start(options);
      if (i > 0) {
        node.kad.bootstrap(made.getFirst().host.listenAddresses());
      }
      made.add(node);
    }
    return made;
  }

  @AfterEach
  void stop() {
    nodes.forEach(node -> {
      node.kad.close();
      node.host.close();
    });
  }

  @Test
  void whoeverEntersThroughOnePeerFindsAllTheOthers() throws Exception {
    List<Node> network = network(12, OPTIONS);
    Node last = network.getLast();
    for (Node other : network) {
      if (!other.equals(last)) {
        assertThat(last.kad.findPeer(other.host.id())).get().extracting(PeerAddresses::peer)
            .isEqualTo(other.host.id());
      }
    }
    assertThat(last.kad.findPeer(Ed25519Key.generate().peerId())).isEmpty();
    assertThat(last.kad.nearest(utf8("anything"))).hasSize(11);
    KadKey target = KadKey.of(utf8("anything"));
    assertThat(last.kad.nearest(utf8("anything")).stream().map(peer -> KadKey.of(peer.peer())).toList())
        .isSortedAccordingTo(target.nearestFirst());
  }

  @Test
  void aPeerThatServesNobodyIsFoundThroughOneThatDialledItAndCanBeConnectedByItsIdAlone() {
    List<Node> network = network(4, OPTIONS);
    Host quiet = start(OPTIONS.server(false)).host;
    network.get(2).host.connect(quiet.listenAddresses().getFirst());
    Node asking = start(OPTIONS.server(false));
    asking.kad.bootstrap(network.getFirst().host.listenAddresses());
    assertThatThrownBy(() -> asking.host.connect(quiet.id())).isInstanceOf(DialException.class);
    assertThat(asking.kad.findPeer(quiet.id())).isPresent();
    assertThat(asking.host.connect(quiet.id()).remotePeer()).isEqualTo(quiet.id());
  }

  @Test
  void aValuePutByOneIsFoundByAnotherAndTheBestOneWins() throws Exception {
    List<Node> network = network(6, OPTIONS);
    assertThat(network.get(1).kad.put(utf8("/d/x"), utf8("3"))).isEqualTo(5);
    assertThat(network.get(5).kad.get(utf8("/d/x"), 3)).hasValueSatisfying(v -> assertThat(v).isEqualTo(utf8("3")));
    assertThat(network.get(2).kad.put(utf8("/d/x"), utf8("2"))).as("a worse one is refused by all").isZero();
    assertThat(network.get(4).kad.put(utf8("/d/x"), utf8("7"))).isEqualTo(5);
    assertThat(network.get(3).kad.get(utf8("/d/x"), 5)).hasValueSatisfying(v -> assertThat(v).isEqualTo(utf8("7")));
    assertThat(network.get(3).kad.get(utf8("/d/unknown"), 1)).isEmpty();
    assertThatThrownBy(() -> network.get(0).kad.put(utf8("/d/x"), utf8("x")))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void whoHoldsNoValueAlthoughItIsNearIsGivenTheBest() throws Exception {
    List<Node> network = network(4, OPTIONS);
    network.get(0).kad.put(utf8("/d/y"), utf8("5"));
    Node late = start(OPTIONS);
    late.kad.bootstrap(network.getFirst().host.listenAddresses());
    assertThat(late.kad.storedRecords()).isZero();
    Node asking = start(OPTIONS.server(false));
    asking.kad.bootstrap(network.getFirst().host.listenAddresses());
    assertThat(asking.kad.get(utf8("/d/y"), 32)).isPresent();
    await().untilAsserted(() -> assertThat(late.kad.storedRecords()).isEqualTo(1));
  }

  @Test
  void providersAreFoundWithTheirAddressesByClientsToo() throws Exception {
    List<Node> network = network(6, OPTIONS);
    Node providing = network.get(3);
    assertThat(providing.kad.provide(multihash(1))).isEqualTo(5);
    Node client = start(OPTIONS.server(false));
    client.kad.bootstrap(network.get(5).host.listenAddresses());
    await().untilAsserted(() -> assertThat(client.kad.findProviders(multihash(1), 1)).singleElement()
        .isEqualTo(providing.addresses()));
    assertThat(client.kad.findProviders(multihash(2), 1)).isEmpty();
    assertThat(client.kad.provide(multihash(3))).as("a client provides as well").isEqualTo(6);
    await().untilAsserted(() -> assertThat(network.get(0).kad.findProviders(multihash(3), 5)).singleElement()
        .isEqualTo(client.addresses()));
  }

  @Test
  void aClientIsInNobodysTableAndAnswersNobody() {
    List<Node> network = network(3, OPTIONS);
    Node client = start(OPTIONS.server(false));
    assertThat(client.kad.bootstrap(network.get(0).host.listenAddresses())).isEqualTo(3);
    Node later = start(OPTIONS);
    later.kad.bootstrap(network.get(0).host.listenAddresses());
    assertThat(later.kad.nearest(client.host.id().bytes())).noneMatch(peer -> peer.peer().equals(client.host.id()));
    assertThatThrownBy(() -> later.host.connect(client.host.listenAddresses().getFirst()).open(KadOptions.PROTOCOL))
        .isInstanceOf(Libp2pException.class);
  }

  @Test
  void aServerThatConnectsIsKnownWithoutBeingAsked() {
    Node one = start(OPTIONS);
    Node two = start(OPTIONS);
    two.host.connect(one.host.listenAddresses().getFirst());
    await().untilAsserted(() -> assertThat(one.kad.tableSize() + two.kad.tableSize()).isEqualTo(2));
  }

  @Test
  void peersThatDoNotAnswerLeaveTheTableWhenItIsLookedAfter() {
    KadOptions quick = OPTIONS.times(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofMillis(200));
    List<Node> network = network(4, quick);
    await().untilAsserted(() -> assertThat(network.get(0).kad.tableSize()).isEqualTo(3));
    network.get(2).host.close();
    network.get(3).host.close();
    await().untilAsserted(() -> assertThat(network.get(0).kad.tableSize()).isEqualTo(1));
  }

  @Test
  void ownProvidersAndRecordsArePublishedAgainWhenDue() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    KadOptions quick = OPTIONS.times(Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofMillis(200));
    Node one = start(quick.clock(() -> java.util.Objects.requireNonNull(now.get())));
    Node two = start(quick);
    one.kad.bootstrap(two.host.listenAddresses());
    one.kad.provide(multihash(1));
    one.kad.put(utf8("/d/a"), utf8("1"));
    one.kad.provide(multihash(2));
    one.kad.withdraw(multihash(2));
    Node late = start(quick);
    late.kad.bootstrap(one.host.listenAddresses());
    assertThat(late.kad.storedContents() + late.kad.storedRecords()).isZero();
    now.set(Instant.parse("2026-01-01T22:00:00Z"));
    await().untilAsserted(() -> {
      assertThat(late.kad.storedContents()).isEqualTo(1);
      assertThat(late.kad.storedRecords()).isEqualTo(1);
    });
  }

  // ---- hostile peers ----

  @Test
  void addressesThatAreNotEligibleAreNotDialledWhoeverTellsThem() {
    List<Node> network = network(3, OPTIONS);
    Node careful = start(OPTIONS.eligible(IpGroup::isPublic));
    careful.host.connect(network.getFirst().host.listenAddresses().getFirst());
    await().untilAsserted(() -> assertThat(careful.kad.tableSize()).isEqualTo(1));
    assertThat(careful.kad.nearest(utf8("anything"))).as("only the one it is connected with")
        .extracting(PeerAddresses::peer).containsExactly(network.getFirst().host.id());
    assertThat(careful.host.connections()).hasSize(1);
  }

  private static Optional<KadMessage> exchange(Stream stream, KadMessage message) throws Exception {
    Frames.write(stream.output(), message.encode());
    Optional<byte[]> answer = Frames.readUnlessEnded(stream.input(), KadMessage.MAX_BYTES);
    return answer.isPresent() ? Optional.of(KadMessage.decode(answer.get())) : Optional.empty();
  }

  @Test
  void nobodyIsEnteredAsAProviderByAnother() throws Exception {
    Node server = start(OPTIONS);
    Host liar = Host.create(HostOptions.of(Ed25519Key.generate()));
    try (Stream stream = liar.connect(server.host.listenAddresses().getFirst()).open(KadOptions.PROTOCOL)) {
      PeerAddresses victim = PeerAddresses.of(Ed25519Key.generate().peerId());
      Frames.write(stream.output(), KadMessage.of(KadMessage.Type.ADD_PROVIDER, multihash(9))
          .withProviders(List.of(victim)).encode());
      KadMessage asked = exchange(stream, KadMessage.of(KadMessage.Type.GET_PROVIDERS, multihash(9))).orElseThrow();
      assertThat(asked.providers()).isEmpty();
      assertThat(server.kad.storedContents()).isZero();
    } finally {
      liar.close();
    }
  }

  @Test
  void nonsenseAndRecordsNobodyCanJudgeEndTheStreamAndNothingElse() throws Exception {
    Node server = start(OPTIONS);
    Host liar = Host.create(HostOptions.of(Ed25519Key.generate()));
    try {
      var connection = liar.connect(server.host.listenAddresses().getFirst());
      byte[] key = utf8("/e/x");
      List<byte[]> bad = List.of(new byte[]{8, 9}, KadMessage.of(KadMessage.Type.FIND_NODE, new byte[0]).encode(),
          KadMessage.of(KadMessage.Type.GET_PROVIDERS, utf8("not a multihash")).encode(),
          KadMessage.of(KadMessage.Type.PUT_VALUE, key).encode(),
          KadMessage.of(KadMessage.Type.PUT_VALUE, key).withRecord(new KadRecord(key, utf8("1"), "")).encode(),
          KadMessage.of(KadMessage.Type.PUT_VALUE, utf8("/d/x"))
              .withRecord(new KadRecord(utf8("/d/y"), utf8("1"), "")).encode(),
          KadMessage.of(KadMessage.Type.PUT_VALUE, utf8("/d/x"))
              .withRecord(new KadRecord(utf8("/d/x"), utf8("no digit"), "")).encode());
      for (byte[] message : bad) {
        try (Stream stream = connection.open(KadOptions.PROTOCOL)) {
          stream.timeout(Duration.ofSeconds(5));
          Frames.write(stream.output(), message);
          assertThatThrownBy(() -> Frames.read(stream.input(), KadMessage.MAX_BYTES)).isInstanceOf(IOException.class);
        }
      }
      assertThat(server.kad.storedRecords()).isZero();
      assertThat(connection.isOpen()).isTrue();
      try (Stream stream = connection.open(KadOptions.PROTOCOL)) {
        assertThat(exchange(stream, KadMessage.of(KadMessage.Type.FIND_NODE, liar.id().bytes()))).isPresent();
      }
    } finally {
      liar.close();
    }
  }

  @Test
  void aFloodOfQuestionsIsCutOffWhileOthersAreServed() throws Exception {
    Node server = start(OPTIONS);
    Host flooding = Host.create(HostOptions.of(Ed25519Key.generate()));
    Node other = start(OPTIONS.server(false));
    try (Stream stream = flooding.connect(server.host.listenAddresses().getFirst()).open(KadOptions.PROTOCOL)) {
      KadMessage question = KadMessage.of(KadMessage.Type.FIND_NODE, flooding.id().bytes());
      assertThatThrownBy(() -> {
        for (int i = 0; i < 20 * KadServer.BURST; i++) {
          exchange(stream, question);
        }
      }).isInstanceOf(IOException.class);
      assertThat(other.kad.bootstrap(server.host.listenAddresses())).isEqualTo(1);
    } finally {
      flooding.close();
    }
  }

  @Test
  void recordsAndContentsOfOneSpammerStayWithinItsShare() throws Exception {
    KadOptions.StoreLimits few = new KadOptions.StoreLimits(100, 100, 5, Duration.ofHours(1), 100, 4, 6,
        Duration.ofHours(1), Duration.ofHours(1));
    Node server = start(OPTIONS.stores(few));
    Host spammer = Host.create(HostOptions.of(Ed25519Key.generate()));
    try {
      var connection = spammer.connect(server.host.listenAddresses().getFirst());
      PeerAddresses self = PeerAddresses.of(spammer.id());
      for (int i = 0; i < 30; i++) {
        byte[] key = utf8("/d/" + i);
        try (Stream stream = connection.open(KadOptions.PROTOCOL)) {
          Frames.write(stream.output(), KadMessage.of(KadMessage.Type.ADD_PROVIDER, multihash(i))
              .withProviders(List.of(self)).encode());
          Frames.write(stream.output(),
              KadMessage.of(KadMessage.Type.PUT_VALUE, key).withRecord(new KadRecord(key, utf8("1"), "")).encode());
          Frames.readUnlessEnded(stream.input(), KadMessage.MAX_BYTES);
        } catch (IOException e) {
          assertThat(i).as("refused once its share is used up").isGreaterThanOrEqualTo(5);
        }
      }
      assertThat(server.kad.storedRecords()).isEqualTo(5);
      assertThat(server.kad.storedContents()).isEqualTo(6);
    } finally {
      spammer.close();
    }
  }
}
