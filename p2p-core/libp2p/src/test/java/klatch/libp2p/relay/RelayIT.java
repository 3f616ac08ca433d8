package klatch.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.libp2p.Connection;
import klatch.libp2p.DialException;
import klatch.libp2p.Echo;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.PeerAddresses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RelayIT {
  private static final String ECHO = "/test/echo/1";
  private final List<Libp2pHost> hosts = new ArrayList<>();

  private Libp2pHost host(String... listen) {
    Libp2pHost host = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(listen));
    host.handle(ECHO, Echo::answer);
    hosts.add(host);
    return host;
  }

  private static byte[] echoed(Connection connection, byte[] bytes) throws Exception {
    try (Stream stream = connection.open(ECHO)) {
      stream.timeout(Duration.ofSeconds(10));
      return Echo.roundTrip(stream, bytes);
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(5).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void stop() {
    hosts.forEach(Libp2pHost::close);
  }

  /** A relay, somebody behind it who listens nowhere, and somebody who dials. */
  private final class Trio {
    private final Libp2pHost relayHost = host("/ip4/127.0.0.1/tcp/0");
    private final Libp2pHost hidden = host();
    private final Libp2pHost dialler = host();
    private final CircuitRelay relay;
    private final RelayClient hiddenClient = RelayClient.start(hidden);

    Trio(RelayLimits limits) {
      this.relay = CircuitRelay.serve(relayHost, limits);
      RelayClient.start(dialler);
    }

    Multiaddr relayAddress() {
      return relayHost.listenAddresses().getFirst();
    }

    RelayReservation reserve() {
      return hiddenClient.reserve(relayAddress());
    }

    Connection dial() {
      return dialler.connect(CircuitAddress.through(relayAddress()).withPeer(hidden.id()));
    }
  }

  @Test
  void aPictureComesThroughTheRelayUnchangedAndBothKnowWhoTheOtherIs() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    RelayReservation reservation = trio.reserve();
    assertThat(reservation.expires()).isBetween(Instant.now().plus(Duration.ofMinutes(59)),
        Instant.now().plus(Duration.ofMinutes(61)));
    assertThat(reservation.limit()).isEqualTo(RelayLimits.DEFAULT.circuit());
    assertThat(reservation.addresses())
        .containsExactly(CircuitAddress.through(trio.relayAddress()).withPeer(trio.hidden.id()));

    Connection connection = trio.dialler.connect(reservation.addresses().getFirst());
    assertThat(connection.remotePeer()).isEqualTo(trio.hidden.id());
    assertThat(connection.limited()).isTrue();
    assertThat(connection.remoteAddress()).isEqualTo(CircuitAddress.through(trio.relayAddress()));
    byte[] picture = random(4 * 1024 * 1024);
    assertThat(echoed(connection, picture)).isEqualTo(picture);
    Connection there = trio.hidden.connection(trio.dialler.id()).orElseThrow();
    assertThat(there.outbound()).isFalse();
    assertThat(there.limited()).isTrue();
    assertThat(Ping.roundTrip(there)).isPositive();
    assertThat(trio.relay.circuits()).isEqualTo(1);
    connection.close();
    await().untilAsserted(() -> assertThat(trio.relay.circuits()).isZero());
    await().untilAsserted(() -> assertThat(trio.hidden.connection(trio.dialler.id())).isEmpty());
  }

  @Test
  void identifyTellsTheAddressThroughTheRelayWhileTheReservationHolds() {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    RelayReservation reservation = trio.reserve();
    Connection connection = trio.dial();
    Multiaddr through = CircuitAddress.through(trio.relayAddress());
    assertThat(Identify.request(connection).listenAddresses()).contains(through);
    assertThat(Identify.request(connection).protocols()).contains(StopMessage.PROTOCOL);
    reservation.close();
    assertThat(Identify.request(connection).listenAddresses()).isEmpty();
    assertThat(trio.hidden.listenAddresses()).isEmpty();
  }

  @Test
  void withoutAReservationNobodyIsReached() {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    assertThatThrownBy(trio::dial).isInstanceOf(DialException.class).hasMessageContaining("NO_RESERVATION");
    trio.hidden.connect(trio.relayAddress());
    assertThatThrownBy(trio::dial).isInstanceOf(DialException.class).hasMessageContaining("NO_RESERVATION");
    trio.reserve();
    assertThat(trio.dial().isOpen()).isTrue();
  }

  @Test
  void aReservationEndsWithTheConnectionAndIsMadeAgainWhenItIsBack() {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    RelayReservation reservation = trio.reserve();
    assertThat(trio.relay.reservations()).isEqualTo(1);
    trio.relayHost.connection(trio.hidden.id()).orElseThrow().close();
    await().untilAsserted(() -> assertThat(trio.hidden.connection(trio.relayHost.id())).isPresent());
    await().untilAsserted(() -> assertThat(trio.relay.reservations()).isEqualTo(1));
    await().ignoreException(DialException.class).untilAsserted(() -> assertThat(trio.dial().isOpen()).isTrue());
    reservation.close();
    trio.hidden.connection(trio.relayHost.id()).orElseThrow().close();
    await().untilAsserted(() -> assertThat(trio.relay.reservations()).isZero());
  }

  @Test
  void aReservationIsRefreshedBeforeItExpires() {
    Trio trio = new Trio(RelayLimits.DEFAULT.withReservationTime(Duration.ofSeconds(3)));
    RelayReservation reservation = trio.reserve();
    Instant first = reservation.expires();
    await().untilAsserted(() -> assertThat(reservation.expires()).isAfter(first));
    assertThat(Instant.now()).as("before the first one was over").isBefore(first.plusSeconds(1));
    assertThat(trio.dial().isOpen()).isTrue();
  }

  @Test
  void pastItsBytesACircuitIsResetForBothAndAnotherOneWorks() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT.withCircuit(new CircuitLimit(Duration.ofMinutes(2), 128 * 1024)));
    trio.reserve();
    Connection connection = trio.dial();
    byte[] small = random(50_000);
    assertThat(echoed(connection, small)).isEqualTo(small);
    assertThatThrownBy(() -> echoed(connection, random(200_000))).isInstanceOf(Exception.class);
    await().untilAsserted(() -> assertThat(connection.isOpen()).isFalse());
    await().untilAsserted(() -> assertThat(trio.hidden.connection(trio.dialler.id())).isEmpty());
    await().untilAsserted(() -> assertThat(trio.relay.circuits()).isZero());
    assertThat(echoed(trio.dial(), small)).isEqualTo(small);
  }

  @Test
  void pastItsTimeACircuitIsReset() {
    Trio trio = new Trio(RelayLimits.DEFAULT.withCircuit(new CircuitLimit(Duration.ofSeconds(1), 0)));
    trio.reserve();
    Connection connection = trio.dial();
    assertThat(connection.limited()).isTrue();
    await().untilAsserted(() -> assertThat(connection.isOpen()).isFalse());
    await().untilAsserted(() -> assertThat(trio.relay.circuits()).isZero());
  }

  @Test
  void withoutLimitsAConnectionDoesNotCountAsLimited() {
    Trio trio = new Trio(RelayLimits.DEFAULT.withCircuit(CircuitLimit.NONE));
    trio.reserve();
    assertThat(trio.dial().limited()).isFalse();
    await().untilAsserted(() -> assertThat(trio.hidden.connection(trio.dialler.id())).isPresent());
    assertThat(trio.hidden.connection(trio.dialler.id()).orElseThrow().limited()).isFalse();
  }

  @Test
  void nobodyElseAnswersAtTheEndOfACircuit() {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    trio.reserve();
    Libp2pHost other = host();
    RelayClient.start(other).reserve(trio.relayAddress());
    // The relay could only connect us to another; the handshake tells.
    Multiaddr through = CircuitAddress.through(trio.relayAddress());
    assertThat(trio.dialler.connect(through.withPeer(other.id())).remotePeer()).isEqualTo(other.id());
    assertThatThrownBy(() -> trio.dialler.connect(through.withPeer(Ed25519Key.generate().peerId())))
        .isInstanceOf(DialException.class).hasMessageContaining("NO_RESERVATION");
  }

  // ---- abuse ----

  private static HopMessage ask(Connection connection, byte[] message) throws Exception {
    try (Stream stream = connection.open(HopMessage.PROTOCOL)) {
      stream.timeout(Duration.ofSeconds(5));
      Frames.write(stream.output(), message);
      return HopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
    }
  }

  private static HopMessage status(RelayStatus status) {
    return HopMessage.Status.of(status);
  }

  @Test
  void nonsenseIsAnsweredWithItsStatusAndTheRelayGoesOn() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    Connection connection = trio.dialler.connect(trio.relayAddress());
    assertThat(ask(connection, new byte[]{8, 7})).isEqualTo(status(RelayStatus.MALFORMED_MESSAGE));
    assertThat(ask(connection, new byte[]{8, 1})).isEqualTo(status(RelayStatus.MALFORMED_MESSAGE));
    assertThat(ask(connection, status(RelayStatus.OK).encode())).isEqualTo(status(RelayStatus.UNEXPECTED_MESSAGE));
    assertThat(ask(connection, new HopMessage.Connect(PeerAddresses.of(trio.dialler.id())).encode()))
        .isEqualTo(status(RelayStatus.PERMISSION_DENIED));
    trio.reserve();
    assertThat(trio.dial().isOpen()).isTrue();
  }

  @Test
  void whoAsksTooOftenIsRefusedAndOthersAreServed() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT.withRequests(5, Duration.ofHours(1)));
    Connection connection = trio.dialler.connect(trio.relayAddress());
    for (int i = 0; i < 5; i++) {
      assertThat(ask(connection, new HopMessage.Reserve().encode()))
          .matches(answer -> answer instanceof HopMessage.Status s && s.status() == RelayStatus.OK);
    }
    assertThat(ask(connection, new HopMessage.Reserve().encode()))
        .isEqualTo(status(RelayStatus.RESOURCE_LIMIT_EXCEEDED));
    assertThat(trio.reserve().addresses()).hasSize(1);
  }

  @Test
  void morePeersOfOneAddressThanAllowedGetNoReservation() {
    Trio trio = new Trio(RelayLimits.DEFAULT.withReservations(10, 2));
    trio.reserve();
    RelayClient.start(host()).reserve(trio.relayAddress());
    assertThatThrownBy(() -> RelayClient.start(host()).reserve(trio.relayAddress()))
        .isInstanceOf(Libp2pException.class).hasMessageContaining("RESERVATION_REFUSED");
    assertThat(trio.dial().isOpen()).isTrue();
  }

  @Test
  void moreCircuitsToOnePeerThanAllowedAreRefused() {
    Trio trio = new Trio(RelayLimits.DEFAULT.withCircuits(10, 1));
    trio.reserve();
    trio.dial();
    Libp2pHost second = host();
    RelayClient.start(second);
    assertThatThrownBy(
        () -> second.connect(CircuitAddress.through(trio.relayAddress()).withPeer(trio.hidden.id())))
        .isInstanceOf(DialException.class).hasMessageContaining("RESOURCE_LIMIT_EXCEEDED");
  }

  @Test
  void nothingIsReservedOrConnectedOverARelayedConnection() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    trio.reserve();
    CircuitRelay.serve(trio.hidden, RelayLimits.DEFAULT);
    Connection relayed = trio.dial();
    assertThat(ask(relayed, new HopMessage.Reserve().encode())).isEqualTo(status(RelayStatus.PERMISSION_DENIED));
    assertThat(ask(relayed, new HopMessage.Connect(PeerAddresses.of(trio.relayHost.id())).encode()))
        .isEqualTo(status(RelayStatus.PERMISSION_DENIED));
  }

  @Test
  void aStrangerMayNotBringUsConnectionsLikeARelay() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    Libp2pHost listening = host("/ip4/127.0.0.1/tcp/0");
    RelayClient.start(listening);
    Connection connection = trio.dialler.connect(listening.listenAddresses().getFirst());
    try (Stream stream = connection.open(StopMessage.PROTOCOL)) {
      stream.timeout(Duration.ofSeconds(5));
      PeerId pretended = Ed25519Key.generate().peerId();
      Frames.write(stream.output(),
          new StopMessage.Connect(PeerAddresses.of(pretended), CircuitLimit.NONE).encode());
      assertThat(StopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES)))
          .isEqualTo(new StopMessage.Status(RelayStatus.PERMISSION_DENIED));
    }
  }

  @Test
  void aRelayThatLiesAboutItsVoucherGivesNoReservation() {
    Libp2pHost lying = host("/ip4/127.0.0.1/tcp/0");
    Ed25519Key other = Ed25519Key.generate();
    lying.handle(HopMessage.PROTOCOL, stream -> {
      Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES);
      Instant expires = Instant.now().plusSeconds(3600);
      byte[] voucher = SignedEnvelope.seal(other, Voucher.DOMAIN, Voucher.type(),
          new Voucher(other.peerId(), stream.remotePeer(), expires).encode()).encode();
      Frames.write(stream.output(), new HopMessage.Status(RelayStatus.OK,
          Optional.of(new Reservation(expires, List.of(), voucher)), CircuitLimit.NONE).encode());
    });
    Libp2pHost client = host();
    assertThatThrownBy(() -> RelayClient.start(client).reserve(lying.listenAddresses().getFirst()))
        .isInstanceOf(Libp2pException.class).hasMessageContaining("voucher");
    assertThat(client.listenAddresses()).isEmpty();
  }

  @Test
  void aRelayThatGrantsAndHangsUpIsNotAskedAllTheTime() {
    Libp2pHost hangingUp = host("/ip4/127.0.0.1/tcp/0");
    AtomicInteger asked = new AtomicInteger();
    List<Long> times = new CopyOnWriteArrayList<>();
    hangingUp.handle(HopMessage.PROTOCOL, stream -> {
      Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES);
      Frames.write(stream.output(), new HopMessage.Status(RelayStatus.OK,
          Optional.of(new Reservation(Instant.now().plusSeconds(3600), List.of(), new byte[0])), CircuitLimit.NONE)
          .encode());
      times.add(System.nanoTime());
      asked.incrementAndGet();
      stream.input().read();
      stream.connection().close();
    });
    RelayClient.start(host()).reserve(hangingUp.listenAddresses().getFirst());
    await().untilAsserted(() -> assertThat(asked).hasValueGreaterThanOrEqualTo(3));
    assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThan(Duration.ofMillis(900));
    assertThat(Duration.ofNanos(times.get(2) - times.get(1))).isGreaterThan(Duration.ofMillis(1900));
  }

  @Test
  void streamsThatNeverAskAnythingHinderNobody() {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    Connection idle = host().connect(trio.relayAddress());
    List<Stream> silent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      silent.add(idle.open(HopMessage.PROTOCOL));
    }
    trio.reserve();
    assertThat(trio.dial().isOpen()).isTrue();
    assertThat(silent).hasSize(200);
  }

  @Test
  void aTargetThatNeverAnswersCostsTheDiallerItsTimeAndTheRelayNothing() throws Exception {
    Trio trio = new Trio(RelayLimits.DEFAULT);
    trio.reserve();
    CountDownLatch asked = new CountDownLatch(1);
    trio.hidden.handle(StopMessage.PROTOCOL, stream -> {
      asked.countDown();
      stream.input().readAllBytes();
    });
    CompletableFuture<Connection> dialling = CompletableFuture.supplyAsync(trio::dial,
        task -> Thread.ofVirtual().start(task));
    assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(trio.relay.circuits()).isEqualTo(1);
    trio.relayHost.connection(trio.hidden.id()).orElseThrow().close();
    assertThatThrownBy(() -> dialling.get(15, TimeUnit.SECONDS)).hasCauseInstanceOf(DialException.class);
    await().untilAsserted(() -> assertThat(trio.relay.circuits()).isZero());
  }
}
