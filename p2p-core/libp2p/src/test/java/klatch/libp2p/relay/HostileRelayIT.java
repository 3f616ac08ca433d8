package klatch.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Connection;
import klatch.libp2p.Echo;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.PeerAddresses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay between peers that misuse it: it holds a bounded number of bytes and circuits, and honest peers meet through it all the while. */
@Timeout(40)
class HostileRelayIT {
  private static final String ECHO = "/test/echo/1";
  private static final Duration CIRCUIT_LASTS = Duration.ofSeconds(3);

  private final List<Libp2pHost> hosts = new ArrayList<>();
  private CircuitRelay relay;
  private Multiaddr relayAddress;
  private Libp2pHost hidden;

  private Libp2pHost host(String... listen) {
    Libp2pHost host = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(listen));
    hosts.add(host);
    return host;
  }

  @BeforeEach
  void start() {
    Libp2pHost relayHost = host("/ip4/127.0.0.1/tcp/0");
    relay = CircuitRelay.serve(relayHost,
        RelayLimits.DEFAULT.withCircuit(new CircuitLimit(CIRCUIT_LASTS, 64L << 20)));
    relayAddress = relayHost.listenAddresses().getFirst();
    hidden = host();
    hidden.handle(ECHO, Echo::answer);
    RelayClient.start(hidden).reserve(relayAddress);
  }

  @AfterEach
  void othersAreUnharmed() throws Exception {
    honestPeersMeet();
    hosts.forEach(Libp2pHost::close);
  }

  private void honestPeersMeet() throws Exception {
    Libp2pHost dialler = host();
    RelayClient.start(dialler);
    Connection connection = dialler.connect(CircuitAddress.through(relayAddress).withPeer(hidden.id()));
    try (Stream stream = connection.open(ECHO)) {
      assertThat(Echo.roundTrip(stream, new byte[100_000])).hasSize(100_000);
    }
    connection.close();
  }

  @Test
  void aPeerThatNeverReadsItsCircuitCostsTheRelayTwoWindowsAndIsCutOff() throws Exception {
    Libp2pHost deaf = host();
    CountDownLatch over = new CountDownLatch(1);
    deaf.handle(StopMessage.PROTOCOL, stream -> {
      Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES);
      Frames.write(stream.output(), new StopMessage.Status(RelayStatus.OK).encode());
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try (Stream reservation = deaf.connect(relayAddress).open(HopMessage.PROTOCOL)) {
      Frames.write(reservation.output(), new HopMessage.Reserve().encode());
      assertThat(HopMessage.decode(Frames.read(reservation.input(), RelayLimits.MAX_MESSAGE_BYTES)))
          .matches(answer -> answer instanceof HopMessage.Status s && s.status() == RelayStatus.OK);
    }
    Stream circuit = host().connect(relayAddress).open(HopMessage.PROTOCOL);
    Frames.write(circuit.output(), new HopMessage.Connect(PeerAddresses.of(deaf.id())).encode());
    assertThat(HopMessage.decode(Frames.read(circuit.input(), RelayLimits.MAX_MESSAGE_BYTES)))
        .matches(answer -> answer instanceof HopMessage.Status s && s.status() == RelayStatus.OK);
    AtomicLong written = new AtomicLong();
    Thread flood = Thread.ofVirtual().start(() -> {
      byte[] bytes = new byte[16 * 1024];
      try {
        while (true) {
          circuit.output().write(bytes);
          written.addAndGet(bytes.length);
        }
      } catch (IOException e) {
        // Cut off.
      }
    });
    honestPeersMeet();
    assertThat(flood.join(Duration.ofSeconds(20))).as("the circuit is cut").isTrue();
    // One window to the relay, one from it to the deaf peer, and what is between them.
    assertThat(written.get()).isLessThan(1L << 20);
    await().untilAsserted(() -> assertThat(relay.circuits()).isZero());
    over.countDown();
  }

  @Test
  void aFloodOfRequestsOnManyStreamsIsRefusedAndTheConnectionStaysOneOfMany() throws Exception {
    Connection enemy = host().connect(relayAddress);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      try (Stream stream = enemy.open(HopMessage.PROTOCOL)) {
        Frames.write(stream.output(),
            new HopMessage.Connect(PeerAddresses.of(Ed25519Key.generate().peerId())).encode());
        HopMessage answer = HopMessage.decode(Frames.read(stream.input(), RelayLimits.MAX_MESSAGE_BYTES));
        refused += answer instanceof HopMessage.Status s && s.status() == RelayStatus.RESOURCE_LIMIT_EXCEEDED ? 1 : 0;
      }
    }
    assertThat(refused).isGreaterThan(100);
    assertThat(relay.circuits()).isZero();
  }
}
