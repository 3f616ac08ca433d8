package klatch.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.autonat.AutoNat;
import klatch.libp2p.autonat.AutoNatV1;
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
        .without(Library.JS, "closes the stream without an answer on loopback", Feature.Direction.WE_DIAL)
        .without(Library.RUST, "the peer here serves version 1 only", Feature.Direction.WE_DIAL);
    for (Library library : Library.values()) {
      first = first.without(library, "whoever dials is the one that asks, and this is our question",
          Feature.Direction.THEY_DIAL);
      second = second.without(library, "whoever dials is the one that asks, and this is our question",
          Feature.Direction.THEY_DIAL);
    }
    return List.of(
        new Feature("circuit relay 2, the relay is the one dialled", RelayTrials::theirRelay, RelayTrials::ourRelay),
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

  private static void echo(Connection connection) throws Exception {
    byte[] picture = OurHost.pattern(PICTURE_BYTES);
    try (Stream stream = connection.open(OurHost.ECHO)) {
      stream.timeout(SOON);
      assertThat(OurHost.roundTrip(stream, picture)).isEqualTo(picture);
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

  /** Go refuses to dial loopback addresses, and says so. */
  private static void autoNat2(Strangers strangers) throws Exception {
    try (Libp2pHost host = OurHost.start(); AutoNat autoNat = AutoNat.start(host)) {
      Connection connection = host.connect(strangers.usual().address(""));
      assertThat(autoNat.check(connection, host.listenAddresses()))
          .isEqualTo(new AutoNat.Finding.Unknown("the server dials none of these addresses"));
    }
  }
}
