package klatch.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.PeerAddresses;
import org.junit.jupiter.api.Test;

class RelayMessagesTest {
  private static final Ed25519Key KEY = Ed25519Key
      .fromSeed(HexFormat.of().parseHex("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"));
  private static final String ID = "00240801"
      + "12201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
  private final PeerId peer = KEY.peerId();

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static void assertHop(HopMessage message, String golden) throws Exception {
    assertThat(hex(message.encode())).isEqualTo(golden);
    assertThat(HopMessage.decode(bytes(golden))).usingRecursiveComparison().isEqualTo(message);
  }

  private static void assertStop(StopMessage message, String golden) throws Exception {
    assertThat(hex(message.encode())).isEqualTo(golden);
    assertThat(StopMessage.decode(bytes(golden))).isEqualTo(message);
  }

  @Test
  void messagesAreTheGoldenBytesAndReadBack() throws Exception {
    CircuitLimit limit = new CircuitLimit(Duration.ofMinutes(2), 131072);
    assertHop(new HopMessage.Reserve(), "0800");
    assertHop(new HopMessage.Connect(PeerAddresses.of(peer)), "0801" + "1228" + "0a26" + ID);
    assertHop(HopMessage.Status.of(RelayStatus.NO_RESERVATION), "0802" + "28cc01");
    assertHop(new HopMessage.Status(RelayStatus.OK,
        Optional.of(new Reservation(Instant.ofEpochSecond(1_700_000_000L),
            List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/5")), bytes("aabb"))),
        limit),
        "0802" + "1a14" + "0880e2cfaa06" + "12080401020304060005" + "1a02aabb" + "2206" + "0878" + "10808008"
            + "2864");
    assertStop(new StopMessage.Connect(PeerAddresses.of(peer), limit),
        "0800" + "1228" + "0a26" + ID + "1a06" + "087810808008");
    assertStop(new StopMessage.Connect(PeerAddresses.of(peer), CircuitLimit.NONE), "0800" + "1228" + "0a26" + ID);
    assertStop(new StopMessage.Status(RelayStatus.OK), "0801" + "2064");
  }

  @Test
  void badMessagesAreRefused() {
    for (String bad : List.of("", "0803", "0801", "08011200", "0801120212", "0802220608ffffffff7f")) {
      assertThatThrownBy(() -> HopMessage.decode(bytes(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
    for (String bad : List.of("", "0802", "0800", "080012020a00", "ff")) {
      assertThatThrownBy(() -> StopMessage.decode(bytes(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void anUnknownStatusIsNotTakenForOk() throws Exception {
    assertThat(HopMessage.decode(bytes("0802287b"))).isEqualTo(HopMessage.Status.of(RelayStatus.UNUSED));
    assertThat(HopMessage.decode(bytes("0802"))).isEqualTo(HopMessage.Status.of(RelayStatus.UNUSED));
  }

  @Test
  void aVoucherIsSignedByTheRelayForOnePeerAndForNothingElse() throws Exception {
    Voucher voucher = new Voucher(peer, Ed25519Key.generate().peerId(), Instant.ofEpochSecond(1_700_000_000L));
    byte[] sealed = SignedEnvelope.seal(KEY, Voucher.DOMAIN, Voucher.type(), voucher.encode()).encode();
    assertThat(Voucher.open(sealed)).isEqualTo(voucher);
    assertThat(hex(sealed)).startsWith("0a24" + ID.substring(4) + "12020302" + "1a56" + "0a26" + ID);

    Ed25519Key liar = Ed25519Key.generate();
    byte[] byAnother = SignedEnvelope.seal(liar, Voucher.DOMAIN, Voucher.type(), voucher.encode()).encode();
    assertThatThrownBy(() -> Voucher.open(byAnother)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("signed by " + liar.peerId());
    byte[] otherDomain = SignedEnvelope.seal(KEY, "libp2p-peer-record", Voucher.type(), voucher.encode()).encode();
    assertThatThrownBy(() -> Voucher.open(otherDomain)).isInstanceOf(MalformedMessageException.class);
    byte[] otherType = SignedEnvelope.seal(KEY, Voucher.DOMAIN, bytes("0301"), voucher.encode()).encode();
    assertThatThrownBy(() -> Voucher.open(otherType)).isInstanceOf(MalformedMessageException.class);
    sealed[sealed.length - 1] ^= 1;
    assertThatThrownBy(() -> Voucher.open(sealed)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void addressesThroughARelayAreTakenApart() throws Exception {
    Multiaddr relay = Multiaddr.parse("/ip4/1.2.3.4/tcp/5/p2p/" + peer);
    PeerId target = Ed25519Key.generate().peerId();
    assertThat(CircuitAddress.of(Multiaddr.parse(relay + "/p2p-circuit/p2p/" + target)))
        .isEqualTo(new CircuitAddress(relay, Optional.of(target)));
    assertThat(CircuitAddress.of(CircuitAddress.through(relay)))
        .isEqualTo(new CircuitAddress(relay, Optional.empty()));
    assertThat(CircuitAddress.isCircuit(relay)).isFalse();
    for (String bad : List.of(relay.toString(), "/p2p-circuit/p2p/" + target, "/ip4/1.2.3.4/tcp/5/p2p-circuit",
        relay + "/p2p-circuit/p2p/" + peer + "/p2p-circuit/p2p/" + target)) {
      assertThatThrownBy(() -> CircuitAddress.of(Multiaddr.parse(bad))).as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  // ---- the books of a relay ----

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private static PeerId someone() {
    return Ed25519Key.generate().peerId();
  }

  private static Optional<IpGroup> ip(String address) throws Exception {
    return IpGroup.of(Multiaddr.parse("/ip4/" + address + "/tcp/1"));
  }

  @Test
  void reservationsAreBoundedRenewedAndExpire() throws Exception {
    RelayBooks books = new RelayBooks(
        RelayLimits.DEFAULT.withReservations(3, 2).withReservationTime(Duration.ofHours(1)), () -> now);
    PeerId first = someone();
    assertThat(books.reserve(first, ip("1.1.1.1"))).contains(now.plus(Duration.ofHours(1)));
    assertThat(books.reserve(someone(), ip("1.1.1.1"))).isPresent();
    assertThat(books.reserve(someone(), ip("1.1.1.1"))).as("two of one address").isEmpty();
    assertThat(books.reserve(someone(), ip("2.2.2.2"))).isPresent();
    assertThat(books.reserve(someone(), ip("3.3.3.3"))).as("three in all").isEmpty();
    now = now.plus(Duration.ofMinutes(50));
    assertThat(books.reserve(first, ip("1.1.1.1"))).as("renewed although all is full").isPresent();
    now = now.plus(Duration.ofMinutes(10));
    assertThat(books.reservations()).as("the others have expired").isEqualTo(1);
    assertThat(books.holds(first)).isTrue();
    now = now.plus(Duration.ofMinutes(50));
    assertThat(books.holds(first)).isFalse();
    assertThat(books.reserve(someone(), ip("1.1.1.1"))).isPresent();
    assertThat(books.reserve(someone(), ip("1.1.1.1"))).as("what has expired counts no more").isPresent();
  }

  @Test
  void circuitsAreBoundedForEachEndAndForAll() {
    RelayBooks books = new RelayBooks(RelayLimits.DEFAULT.withCircuits(3, 2), () -> now);
    PeerId a = someone();
    PeerId b = someone();
    PeerId c = someone();
    assertThat(books.open(a, b)).isTrue();
    assertThat(books.open(c, b)).isTrue();
    assertThat(books.open(someone(), b)).as("two with one target").isFalse();
    assertThat(books.open(a, c)).isTrue();
    assertThat(books.open(someone(), someone())).as("three in all").isFalse();
    books.close(a, b);
    assertThat(books.open(someone(), b)).isTrue();
    assertThat(books.circuits()).isEqualTo(3);
  }
}
