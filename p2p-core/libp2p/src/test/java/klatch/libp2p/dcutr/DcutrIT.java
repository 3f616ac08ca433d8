package klatch.libp2p.dcutr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.relay.CircuitRelay;
import klatch.libp2p.relay.RelayClient;
import klatch.libp2p.relay.RelayLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DcutrIT {
  private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
  private static final Duration SOON = Duration.ofSeconds(20);
  private final List<Libp2pHost> hosts = new ArrayList<>();
  private Multiaddr relayAddress = relay();

  private Libp2pHost host(String... listen) {
    Libp2pHost host = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(listen));
    hosts.add(host);
    return host;
  }

  private Multiaddr relay() {
    Libp2pHost host = host(LOOPBACK);
    CircuitRelay.serve(host, RelayLimits.DEFAULT);
    return host.listenAddresses().getFirst();
  }

  /** A host behind the relay, and its address there. */
  private Multiaddr hide(Libp2pHost host) {
    return RelayClient.start(host).reserve(relayAddress).addresses().getFirst();
  }

  private static Optional<Connection> direct(Libp2pHost from, Libp2pHost to) {
    return from.connections().stream().filter(open -> open.remotePeer().equals(to.id()))
        .filter(open -> !open.remoteAddress().toString().contains("p2p-circuit")).findFirst();
  }

  @AfterEach
  void stop() {
    hosts.forEach(Libp2pHost::close);
  }

  @Test
  void messagesAreTheGoldenBytesAndReadBack() throws Exception {
    HolePunch connect = new HolePunch.Connect(List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/5")));
    assertThat(HexFormat.of().formatHex(connect.encode())).isEqualTo("0864" + "12080401020304060005");
    assertThat(HolePunch.decode(connect.encode())).isEqualTo(connect);
    assertThat(HexFormat.of().formatHex(new HolePunch.Sync().encode())).isEqualTo("08ac02");
    assertThat(HolePunch.decode(HexFormat.of().parseHex("08ac02"))).isEqualTo(new HolePunch.Sync());
    assertThat(HolePunch.decode(HexFormat.of().parseHex("086412020400"))).isEqualTo(new HolePunch.Connect(List.of()));
    for (String bad : List.of("", "0800", "0865", "12")) {
      assertThatThrownBy(() -> HolePunch.decode(HexFormat.of().parseHex(bad))).as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void whoWasDialledThroughTheRelayReachesADiallerThatListens() {
    Libp2pHost hidden = host();
    Libp2pHost dialler = host(LOOPBACK);
    RelayClient.start(dialler);
    Dcutr.start(hidden, address -> true);
    Dcutr.start(dialler, address -> true);
    Connection relayed = dialler.connect(hide(hidden));
    await().atMost(SOON).untilAsserted(() -> assertThat(direct(dialler, hidden)).isPresent());
    Connection connection = dialler.connection(hidden.id()).orElseThrow();
    assertThat(connection.limited()).as("the direct one comes first now").isFalse();
    assertThat(connection.outbound()).isFalse();
    assertThat(Ping.roundTrip(connection)).isPositive();
    assertThat(relayed.isOpen()).as("streams on it get their time").isTrue();
  }

  @Test
  void otherwiseBothAgreeWhenToDialAndTheDiallerIsTheClientOfTheNewConnection() {
    // The dialler tells nobody an address; so the one behind the relay has none to try and tells its own.
    Libp2pHost hidden = host(LOOPBACK);
    Libp2pHost dialler = host();
    RelayClient.start(dialler);
    Dcutr.start(hidden, address -> true);
    Dcutr.start(dialler, address -> true);
    dialler.connect(hide(hidden));
    await().atMost(SOON).untilAsserted(() -> assertThat(direct(dialler, hidden)).isPresent());
    assertThat(direct(dialler, hidden).orElseThrow().outbound()).isTrue();
    assertThat(Ping.roundTrip(direct(dialler, hidden).orElseThrow())).isPositive();
    await().atMost(SOON).untilAsserted(() -> assertThat(direct(hidden, dialler)).isPresent());
  }

  @Test
  void whereNothingHelpsItTriesThreeTimesAndTheRelayedConnectionStays() {
    Libp2pHost hidden = host();
    Libp2pHost dialler = host();
    RelayClient.start(dialler);
    AtomicInteger tries = new AtomicInteger();
    dialler.handle(Dcutr.PROTOCOL, stream -> {
      tries.incrementAndGet();
      HolePunch.decode(Frames.read(stream.input(), HolePunch.MAX_BYTES));
      Frames.write(stream.output(), new HolePunch.Connect(List.of()).encode());
      assertThat(HolePunch.decode(Frames.read(stream.input(), HolePunch.MAX_BYTES))).isEqualTo(new HolePunch.Sync());
    });
    Dcutr.start(hidden, address -> true);
    Connection relayed = dialler.connect(hide(hidden));
    await().atMost(SOON).untilAsserted(() -> assertThat(tries).hasValue(3));
    assertThat(Ping.roundTrip(relayed)).isPositive();
    assertThat(direct(dialler, hidden)).isEmpty();
    assertThat(tries).hasValue(3);
  }

  @Test
  void addressesThatAreNotEligibleAreNotDialled() {
    Libp2pHost hidden = host(LOOPBACK);
    Libp2pHost dialler = host(LOOPBACK);
    RelayClient.start(dialler);
    AtomicInteger asked = new AtomicInteger();
    Dcutr.start(hidden);
    Dcutr.start(dialler);
    dialler.handle(Dcutr.PROTOCOL, stream -> {
      HolePunch first = HolePunch.decode(Frames.read(stream.input(), HolePunch.MAX_BYTES));
      assertThat(first).isEqualTo(new HolePunch.Connect(List.of()));
      asked.incrementAndGet();
    });
    dialler.connect(hide(hidden));
    await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasValue(3));
    assertThat(direct(dialler, hidden)).isEmpty();
  }

  // ---- abuse ----

  /** Whether CONNECT is answered; a refusal may even overtake the answer that the protocol is spoken. */
  private static boolean answers(Connection connection) throws Exception {
    HolePunch connect = new HolePunch.Connect(List.of());
    try (Stream stream = connection.open(Dcutr.PROTOCOL)) {
      stream.timeout(Duration.ofSeconds(5));
      Frames.write(stream.output(), connect.encode());
      return HolePunch.decode(Frames.read(stream.input(), HolePunch.MAX_BYTES)) instanceof HolePunch.Connect;
    } catch (IOException | Libp2pException e) {
      return false;
    }
  }

  @Test
  void nobodyPunchesOverADirectConnectionOrOneThatTheyOpened() throws Exception {
    Libp2pHost hidden = host(LOOPBACK);
    Libp2pHost dialler = host();
    RelayClient.start(dialler);
    Multiaddr through = hide(hidden);
    Dcutr.start(hidden, address -> true);
    assertThat(answers(dialler.connect(through))).isFalse();
    assertThat(answers(host().connect(hidden.listenAddresses().getFirst()))).isFalse();
  }

  @Test
  void whoeverIsAskedToKnockTooOftenDoesNotAnswerAnyMore() throws Exception {
    Libp2pHost hidden = host();
    Libp2pHost dialler = host();
    RelayClient.start(dialler);
    Dcutr.start(dialler, address -> true);
    dialler.connect(hide(hidden));
    await().atMost(SOON).untilAsserted(() -> assertThat(hidden.connection(dialler.id())).isPresent());
    Connection relayed = hidden.connection(dialler.id()).orElseThrow();
    int answered = 0;
    for (int i = 0; i < 12; i++) {
      answered += answers(relayed) ? 1 : 0;
    }
    assertThat(answered).isBetween(6, 8);
    assertThat(relayed.isOpen()).isTrue();
  }
}
