package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.Ping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class HostIT {
  private static final String ECHO = "/test/echo/1";

  static byte[] randomBytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void sixteenMebibytesComeBackUnchanged() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      hosts.server().handle(ECHO, Echo::answer);
      Connection connection = hosts.connect();
      assertThat(connection.remotePeer()).isEqualTo(hosts.server().id());
      byte[] sent = randomBytes(16 * 1024 * 1024, 1);
      try (Stream stream = connection.open(ECHO)) {
        assertThat(sha256(Echo.roundTrip(stream, sent))).isEqualTo(sha256(sent));
      }
      await().untilAsserted(() -> assertThat(hosts.server().bufferedBytes() + hosts.client().bufferedBytes()).isZero());
    }
  }

  @Test
  void aHundredStreamsAtOnceKeepTheirBytesApart() throws Exception {
    try (HostPair hosts = HostPair.start(); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      hosts.server().handle(ECHO, Echo::answer);
      Connection connection = hosts.connect();
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        byte[] sent = randomBytes(50_000 + i, i);
        results.add(threads.submit(() -> {
          try (Stream stream = connection.open(ECHO)) {
            return java.util.Arrays.equals(Echo.roundTrip(stream, sent), sent);
          }
        }));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void theListenerCanOpenStreamsToTheDialer() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      hosts.client().handle(ECHO, Echo::answer);
      hosts.connect();
      await().until(() -> hosts.server().connection(hosts.client().id()).isPresent());
      try (Stream stream = hosts.server().open(hosts.client().id(), ECHO)) {
        byte[] sent = randomBytes(1000, 3);
        assertThat(Echo.roundTrip(stream, sent)).isEqualTo(sent);
      }
    }
  }

  @Test
  void halfCloseEndsOneDirectionOnly() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      hosts.server().handle("/test/sum/1", stream -> {
        int count = stream.input().readAllBytes().length;
        stream.output().write(Integer.toString(count).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      });
      try (Stream stream = hosts.connect().open("/test/sum/1")) {
        stream.output().write(new byte[1234]);
        stream.output().close();
        assertThat(new String(stream.input().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo("1234");
        assertThat(stream.input().read()).isEqualTo(-1);
        assertThatThrownBy(() -> stream.output().write(1)).isInstanceOf(IOException.class)
            .hasMessageContaining("closed");
      }
    }
  }

  @Test
  void aResetFailsBothSides() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      AtomicReference<Throwable> seen = new AtomicReference<>();
      hosts.server().handle("/test/wait/1", stream -> {
        try {
          stream.output().write(7);
          stream.input().readAllBytes();
        } catch (StreamResetException e) {
          seen.set(e);
        }
      });
      Stream stream = hosts.connect().open("/test/wait/1");
      assertThat(stream.input().read()).isEqualTo(7);
      stream.reset();
      assertThatThrownBy(() -> stream.input().read()).isInstanceOf(StreamResetException.class);
      assertThatThrownBy(() -> stream.output().write(1)).isInstanceOf(StreamResetException.class);
      await().untilAsserted(() -> assertThat(seen.get()).hasMessageContaining("reset"));
    }
  }

  @Test
  void aHandlerThatThrowsResetsItsStreamOnly() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      hosts.server().handle(ECHO, Echo::answer);
      hosts.server().handle("/test/bad/1", stream -> {
        stream.input().read();
        throw new MalformedMessageException("no sense");
      });
      Connection connection = hosts.connect();
      Stream bad = connection.open("/test/bad/1");
      bad.output().write(1);
      assertThatThrownBy(() -> bad.input().read()).isInstanceOf(StreamResetException.class);
      try (Stream good = connection.open(ECHO)) {
        assertThat(Echo.roundTrip(good, new byte[10])).hasSize(10);
      }
    }
  }

  @Test
  void aReaderThatNeverReadsHoldsUpOnlyItsWriter() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      CountDownLatch done = new CountDownLatch(1);
      hosts.server().handle("/test/deaf/1", stream -> {
        try {
          done.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      hosts.server().handle(ECHO, Echo::answer);
      Connection connection = hosts.connect();
      Stream deaf = connection.open("/test/deaf/1");
      deaf.timeout(Duration.ofMillis(200));
      assertThatThrownBy(() -> deaf.output().write(new byte[1024 * 1024])).isInstanceOf(SocketTimeoutException.class);
      assertThat(hosts.server().bufferedBytes()).isBetween(200_000L, (long) Limits.INITIAL_WINDOW_BYTES);
      try (Stream good = connection.open(ECHO)) {
        assertThat(Echo.roundTrip(good, new byte[100_000])).hasSize(100_000);
      }
      done.countDown();
    }
  }

  @Test
  void identifyTellsKeyAddressesProtocolsAndASignedRecord() {
    try (HostPair hosts = HostPair.start()) {
      hosts.server().handle(ECHO, Echo::answer);
      Connection connection = hosts.connect();
      PeerDescription peer = Identify.request(connection);
      assertThat(peer.peer()).isEqualTo(hosts.server().id());
      assertThat(peer.agentVersion()).isEqualTo("klatch");
      assertThat(peer.protocols()).containsExactly(Identify.PROTOCOL, Identify.PUSH_PROTOCOL, Ping.PROTOCOL, ECHO);
      assertThat(peer.listenAddresses()).containsExactly(hosts.server().listenAddresses().getFirst().withoutPeer());
      assertThat(peer.observedAddress()).contains(connection.localAddress());
      assertThat(peer.record().orElseThrow().addresses()).isEqualTo(peer.listenAddresses());
      assertThat(Ping.roundTrip(connection)).isPositive();
    }
  }

  @Test
  void anotherPeerThanTheExpectedOneIsRefused() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      PeerId other = Ed25519Key.generate().peerId();
      Multiaddr address = hosts.server().listenAddresses().getFirst().withoutPeer().withPeer(other);
      assertThatThrownBy(() -> hosts.client().connect(address)).isInstanceOf(DialException.class)
          .hasMessageContaining("not the expected " + other);
      assertThat(hosts.client().connections()).isEmpty();
    }
  }

  @Test
  void anUnknownProtocolIsSaidToBeUnknown() {
    try (HostPair hosts = HostPair.start()) {
      Connection connection = hosts.connect();
      assertThatThrownBy(() -> connection.open("/nobody/knows/1")).isInstanceOf(ProtocolNotSupportedException.class)
          .hasMessageContaining("/nobody/knows/1");
      hosts.server().handle(ECHO, Echo::answer);
      assertThat(connection.open(List.of("/nobody/knows/1", ECHO)).protocol()).isEqualTo(ECHO);
    }
  }

  @Test
  void aTakenPortIsAClearError() {
    try (HostPair hosts = HostPair.start()) {
      String taken = hosts.server().listenAddresses().getFirst().withoutPeer().toString();
      assertThatThrownBy(() -> Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(taken)))
          .isInstanceOf(ListenException.class).hasMessageContaining("the port is taken").hasMessageContaining(taken);
    }
  }

  @Test
  void aWildcardIsToldAsTheMachinesOwnAddresses() {
    try (HostPair hosts = HostPair.start();
        Libp2pHost wild = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/0.0.0.0/tcp/0"))) {
      List<String> told = wild.listenAddresses().stream().map(Multiaddr::toString).toList();
      assertThat(told).noneMatch(address -> address.contains("0.0.0.0") || address.contains("/ip6/"));
      assertThat(told.getLast()).startsWith("/ip4/127.0.0.1/tcp/");
      for (Multiaddr address : wild.listenAddresses()) {
        Connection connection = hosts.client().connect(address);
        assertThat(Ping.roundTrip(connection)).isPositive();
        connection.close();
      }
    }
  }

  @Test
  void nobodyListeningIsAClearErrorThatMayBeTriedAgain() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      Multiaddr gone = hosts.server().listenAddresses().getFirst();
      hosts.server().close();
      assertThatThrownBy(() -> hosts.client().connect(gone)).isInstanceOfSatisfying(DialException.class,
          e -> assertThat(e.retrySafe()).isTrue());
    }
  }

  @Test
  void aPeersNewerConnectionReplacesItsOldestPastTheLimit() throws Exception {
    try (HostPair hosts = HostPair.start(Limits.DEFAULT.withConnectionsPerPeer(2))) {
      Multiaddr unnamed = hosts.server().listenAddresses().getFirst().withoutPeer();
      Connection first = hosts.client().connect(unnamed);
      Connection second = hosts.client().connect(unnamed);
      assertThat(hosts.client().connect(hosts.server().listenAddresses().getFirst())).isSameAs(first);
      Connection third = hosts.client().connect(unnamed);
      await().until(() -> !first.isOpen());
      assertThat(Ping.roundTrip(second)).isPositive();
      assertThat(Ping.roundTrip(third)).isPositive();
      assertThat(hosts.server().connections()).hasSize(2);
    }
  }

  @Test
  void closingAHostEndsItsPortsAndStreams() throws Exception {
    HostPair hosts = HostPair.start();
    List<Optional<String>> reasons = new CopyOnWriteArrayList<>();
    hosts.server().handle("/test/wait/1", HostIT::waitForTheEnd);
    Connection connection = hosts.connect();
    connection.onClose(c -> reasons.add(c.closeReason()));
    Stream stream = connection.open("/test/wait/1");
    hosts.server().close();
    assertThatThrownBy(() -> stream.input().read()).isInstanceOf(ConnectionClosedException.class);
    await().untilAsserted(() -> assertThat(reasons).hasSize(1));
    assertThat(hosts.client().connections()).isEmpty();
    String port = hosts.server().listenAddresses().getFirst().withoutPeer().toString();
    Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(port)).close();
    hosts.close();
  }

  @Test
  void closingAHostTakesUnderTwoHundredMilliseconds() {
    List<Duration> taken = new ArrayList<>();
    // The best of a few, because the machine may be busy with other tests.
    for (int i = 0; i < 5; i++) {
      HostPair hosts = HostPair.start();
      hosts.server().handle("/test/wait/1", HostIT::waitForTheEnd);
      hosts.connect().open("/test/wait/1");
      long started = System.nanoTime();
      hosts.server().close();
      taken.add(Duration.ofNanos(System.nanoTime() - started));
      hosts.client().close();
    }
    assertThat(taken).anyMatch(time -> time.compareTo(Duration.ofMillis(200)) < 0);
  }

  private static void waitForTheEnd(Stream stream) {
    InputStream in = stream.input();
    assertThatThrownBy(in::read).isInstanceOf(ConnectionClosedException.class);
  }
}
