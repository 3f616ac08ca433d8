package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import klatch.libp2p.Echo;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.autonat.AutoNat;
import klatch.libp2p.autonat.AutoNatV1;
import klatch.libp2p.dcutr.Dcutr;
import klatch.libp2p.relay.CircuitLimit;
import klatch.libp2p.relay.CircuitRelay;
import klatch.libp2p.relay.RelayClient;
import klatch.libp2p.relay.RelayLimits;
import klatch.libp2p.relay.RelayReservation;

/** Circuit relay, and whether we can be dialled. */
final class RelayTrials {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int PICTURE_BYTES = 1024 * 1024;

  private RelayTrials() {
  }

  static List<Feature> features() {
    Feature first = new Feature("an answer to our AutoNAT 1 question", RelayTrials::autoNat1, RelayTrials::autoNat1);
    Feature second = new Feature("an answer to our AutoNAT 2 question", RelayTrials::autoNat2, RelayTrials::autoNat2)
        .without(Library.JS, "closes the stream without an answer on loopback", Feature.Direction.WE_DIAL);
    for (Library library : Library.values()) {
      first = first.without(library, "whoever dials is the one that asks, and this is our question",
          Feature.Direction.THEY_DIAL);
      second = second.without(library, "whoever dials is the one that asks, and this is our question",
          Feature.Direction.THEY_DIAL);
    }
    return List.of(
        new Feature("circuit relay 2, the relay is the one dialled", RelayTrials::theirRelay, RelayTrials::ourRelay),
        new Feature("direct connection by DCUtR after one through a relay", RelayTrials::theyBegin,
            RelayTrials::weBegin)
            .without(Library.JS, "dials public addresses only, and loopback is none")
            .without(Library.GO, "dials public addresses only, and loopback is none"),
        first, second);
  }

  private static Libp2pHost hidden() {
    return OurHost.start(HostOptions.of(Ed25519Key.generate()));
  }

  /** Two of ours meet at their relay. */
  private static void theirRelay(Strangers strangers) throws Exception {
    Multiaddr relay = strangers.usual().address("");
    try (Libp2pHost hidden = hidden();
        Libp2pHost dialler = hidden();
        RelayClient reserving = RelayClient.start(hidden);
        RelayReservation place = reserving.reserve(relay)) {
      assertThat(place.addresses()).isNotEmpty();
      RelayClient.start(dialler);
      echo(dialler.connect(Multiaddr.parse(relay + "/p2p-circuit/p2p/" + hidden.id())));
      assertThat(hidden.connection(dialler.id())).isPresent();
    }
  }

  /** They have a place at our relay, and one of ours dials them there. */
  private static void ourRelay(Strangers strangers) throws Exception {
    Stranger stranger = strangers.usual();
    try (Libp2pHost host = OurHost.start();
        CircuitRelay relay = CircuitRelay.serve(host, RelayLimits.DEFAULT.withCircuit(CircuitLimit.NONE));
        Libp2pHost dialler = hidden()) {
      RelayClient.start(dialler);
      stranger.ask("reserve", Map.of("addr", OurHost.address(host)));
      await().atMost(SOON).until(() -> relay.reservations() == 1);
      echo(dialler.connect(Multiaddr.parse(OurHost.address(host) + "/p2p-circuit/p2p/" + stranger.id())));
      assertThat(relay.circuits()).isEqualTo(1);
    }
  }

  /** They are dialled through our relay, tell their address and when to dial it, and are dialled there. */
  private static void theyBegin(Strangers strangers) throws Exception {
    Stranger stranger = strangers.with("--dcutr");
    try (Libp2pHost host = OurHost.start();
        CircuitRelay relay = CircuitRelay.serve(host, RelayLimits.DEFAULT);
        Libp2pHost dialler = hidden()) {
      RelayClient.start(dialler);
      stranger.ask("reserve", Map.of("addr", OurHost.address(host)));
      await().atMost(SOON).until(() -> relay.reservations() == 1);
      Dcutr.start(dialler, address -> true);
      dialler.connect(Multiaddr.parse(OurHost.address(host) + "/p2p-circuit/p2p/" + stranger.id()));
      awaitDirect(dialler, stranger.id(), true);
    }
  }

  /** They dial us through our relay, and we tell our address and when to dial it. */
  private static void weBegin(Strangers strangers) throws Exception {
    Stranger stranger = strangers.with("--dcutr");
    try (Libp2pHost host = OurHost.start();
        CircuitRelay _ = CircuitRelay.serve(host, RelayLimits.DEFAULT);
        Libp2pHost hidden = OurHost.start();
        RelayClient client = RelayClient.start(hidden)) {
      // All but their addresses, which would be tried first and reached without their help.
      String port = "/tcp/" + hidden.listenAddresses().getFirst().toSocketAddress().getPort();
      Dcutr.start(hidden, address -> address.toString().endsWith(port));
      RelayReservation place = client.reserve(host.listenAddresses().getFirst());
      stranger.ask("dial", Map.of("addr", place.addresses().getFirst().toString()));
      awaitDirect(hidden, stranger.id(), false);
    }
  }

  private static void awaitDirect(Libp2pHost host, PeerId peer, boolean outbound) throws Exception {
    await().atMost(SOON).until(() -> host.connection(peer)
        .filter(open -> !open.remoteAddress().toString().contains("p2p-circuit")).isPresent());
    Connection direct = host.connection(peer).orElseThrow();
    assertThat(direct.outbound()).isEqualTo(outbound);
    echo(direct);
  }

  private static void echo(Connection connection) throws Exception {
    byte[] picture = OurHost.pattern(PICTURE_BYTES);
    try (Stream stream = connection.open(OurHost.ECHO)) {
      stream.timeout(SOON);
      assertThat(Echo.roundTrip(stream, picture)).isEqualTo(picture);
    }
  }

  /** On loopback they may refuse to dial; what they say must be an answer. */
  private static void autoNat1(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start()) {
      Connection connection = host.connect(strangers.usual().address(""));
      AutoNatV1.Answer answer = AutoNatV1.ask(connection, host.id(), host.listenAddresses());
      if (strangers.library() == Library.RUST) {
        assertThat(answer).isInstanceOf(AutoNatV1.Answer.Reachable.class);
      } else {
        assertThat(answer).isNotNull();
      }
    }
  }

  /** Go refuses to dial loopback addresses, and says so; Rust wants some bytes for it, dials and proves it. */
  private static void autoNat2(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start(); AutoNat autoNat = AutoNat.start(host)) {
      Connection connection = host.connect(strangers.usual().address(""));
      AutoNat.Finding expected = strangers.library() == Library.RUST
          ? new AutoNat.Finding.Reachable(host.listenAddresses().getFirst().withoutPeer())
          : new AutoNat.Finding.Unknown("the server dials none of these addresses");
      assertThat(autoNat.check(connection, host.listenAddresses())).isEqualTo(expected);
    }
  }
}
