package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.noise.NoiseHandshake;
import klatch.libp2p.wire.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever does not get through the handshake is cut off with a reason, and those who are through notice nothing. */
@Timeout(25)
class HostileHandshakeIT {
  private static final String ECHO = "/test/echo/1";
  private static final int PENDING_PER_ADDRESS = 8;
  private static final byte[] DIALER_START = MultistreamSelect.lines(MultistreamSelect.HEADER, NoiseHandshake.PROTOCOL);

  private HostPair hosts;

  @BeforeEach
  void start() {
    hosts = HostPair.start(Limits.DEFAULT.withConnections(4).withPending(16, PENDING_PER_ADDRESS)
        .withTimeouts(Limits.Timeouts.DEFAULT.withHandshake(Duration.ofMillis(600))));
    hosts.server().handle(ECHO, Echo::answer);
    hosts.connect();
  }

  @AfterEach
  void othersAreUnharmedAndNothingIsLeftBehind() throws Exception {
    await().untilAsserted(() -> assertThat(hosts.server().pendingHandshakes()).isZero());
    try (Stream stream = hosts.client().open(hosts.server().id(), ECHO)) {
      assertThat(Echo.roundTrip(stream, new byte[10_000])).hasSize(10_000);
    }
    hosts.close();
  }

  private void assertRefused(String reason) {
    await().untilAsserted(
        () -> assertThat(hosts.server().recentRefusals()).anySatisfy(r -> assertThat(r).contains(reason)));
  }

  private static byte[] frame(int length, byte[] bytes) {
    return Bytes.join(new byte[]{(byte) (length >> 8), (byte) length}, bytes);
  }

  @Test
  void randomBytesAreCutOff() throws Exception {
    for (int seed = 0; seed < 40; seed++) {
      try (RawPeer peer = RawPeer.connect(hosts.server())) {
        peer.send(HostIT.randomBytes(1 + seed * 37, seed));
        peer.endOutput();
        peer.awaitEnd();
      }
    }
    await().untilAsserted(() -> assertThat(hosts.server().recentRefusals()).hasSize(32));
  }

  @Test
  void randomBytesBehindAGoodStartAreCutOff() throws Exception {
    for (int seed = 0; seed < 40; seed++) {
      try (RawPeer peer = RawPeer.connect(hosts.server())) {
        peer.send(Bytes.join(DIALER_START, HostIT.randomBytes(1 + seed * 37, seed)));
        peer.endOutput();
        peer.awaitEnd();
      }
    }
    await().untilAsserted(() -> assertThat(hosts.server().recentRefusals()).hasSize(32));
  }

  @Test
  void randomBytesBehindTheChoiceOfTlsAreCutOff() throws Exception {
    byte[] start = MultistreamSelect.lines(MultistreamSelect.HEADER, Security.TLS.protocol());
    for (int seed = 0; seed < 40; seed++) {
      try (RawPeer peer = RawPeer.connect(hosts.server())) {
        peer.send(Bytes.join(start, HostIT.randomBytes(1 + seed * 37, seed)));
        peer.endOutput();
        peer.awaitEnd();
      }
    }
    await().untilAsserted(() -> assertThat(hosts.server().recentRefusals()).hasSize(32));
  }

  @Test
  void aTlsHandshakeThatStopsInTheMiddleIsCutOffInTime() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      // A record of 256 bytes is announced and only its beginning sent.
      peer.send(Bytes.join(MultistreamSelect.lines(MultistreamSelect.HEADER, Security.TLS.protocol()),
          new byte[]{0x16, 3, 1, 1, 0, 1, 0, 0}));
      peer.awaitEnd();
    }
    assertRefused("longer than 600 ms");
  }

  @Test
  void whoShowsNoCertificateInTlsIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      peer.anonymousTls();
      peer.awaitEnd();
    }
    assertRefused("no TLS handshake");
  }

  @Test
  void aBrowserIsCutOffAtOnce() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      peer.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(4).getBytes(StandardCharsets.UTF_8));
      peer.awaitEnd();
    }
    assertRefused("line feed");
  }

  @Test
  void oversizeLengthsAreRefusedWithTheLimit() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      peer.send(new byte[]{(byte) 0xff, (byte) 0xff, 0x7f});
      peer.awaitEnd();
    }
    assertRefused("at most 1024");
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      peer.send(Bytes.join(DIALER_START, frame(65535, new byte[10])));
      peer.awaitEnd();
    }
    assertRefused("message of 65535 bytes, at most 8192");
  }

  @Test
  void truncatedHandshakesAreCutOff() throws Exception {
    for (byte[] start : List.of(new byte[]{19, '/', 'm'}, DIALER_START,
        Bytes.join(DIALER_START, frame(32, new byte[7])))) {
      try (RawPeer peer = RawPeer.connect(hosts.server())) {
        peer.send(start);
        peer.endOutput();
        peer.awaitEnd();
      }
    }
    assertRefused("ended inside a negotiation line");
    assertRefused("ended the connection in the Noise handshake");
    assertRefused("7 of 32 bytes");
  }

  @Test
  void aKeyOfAllZerosIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      peer.send(Bytes.join(DIALER_START, frame(32, new byte[32])));
      peer.awaitEnd();
    }
    assertRefused("all-zero");
  }

  @Test
  void aForgedProofIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      byte[] point = new byte[32];
      point[0] = 9;
      peer.send(Bytes.join(DIALER_START, frame(32, point), frame(200, HostIT.randomBytes(200, 1))));
      peer.awaitEnd();
    }
    assertRefused("does not decrypt");
  }

  @Test
  void aSlowDripRunsOutOfTime() throws Exception {
    try (RawPeer peer = RawPeer.connect(hosts.server())) {
      long started = System.nanoTime();
      // One more byte of an endless line every time the predicate is looked at.
      peer.send(new byte[]{(byte) 0x80, 0x08});
      await().pollInterval(Duration.ofMillis(50)).atMost(Duration.ofSeconds(10)).until(() -> {
        try {
          peer.send(new byte[]{'x'});
          return peer.ended();
        } catch (IOException e) {
          return true;
        }
      });
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isBetween(Duration.ofMillis(500),
          Duration.ofSeconds(5));
    }
    assertRefused("the handshake took longer than 600 ms");
  }

  @Test
  void tooManyUnfinishedHandshakesFromOneAddressAreRefusedAtOnce() throws Exception {
    List<RawPeer> idle = new ArrayList<>();
    try {
      for (int i = 0; i < PENDING_PER_ADDRESS + 4; i++) {
        idle.add(RawPeer.connect(hosts.server()));
      }
      for (RawPeer peer : idle) {
        peer.awaitEnd();
      }
      // Whoever else on this machine knocks at the port by mistake takes a place too.
      assertThat(hosts.server().recentRefusals())
          .filteredOn(r -> r.contains("already 8 handshakes under way with 127.0.0.1")).hasSizeBetween(4, 6);
    } finally {
      for (RawPeer peer : idle) {
        peer.close();
      }
    }
  }

  @Test
  void moreConnectionsThanTheLimitAreRefused() throws Exception {
    List<RawPeer> peers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        RawPeer peer = RawPeer.secured(hosts.server());
        peers.add(peer);
        await().until(() -> hosts.server().connection(peer.id()).isPresent());
      }
      RawPeer tooMany = RawPeer.connect(hosts.server());
      peers.add(tooMany);
      tooMany.awaitEnd();
      assertRefused("already 4 connections, the limit of this host");
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }
}
