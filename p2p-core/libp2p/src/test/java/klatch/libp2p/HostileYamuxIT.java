package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.Optional;
import klatch.libp2p.host.UpgradedConnection;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.yamux.YamuxFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer with a proven key that breaks the muxer's rules loses its connection with a reason; memory stays bounded, others go on. */
@Timeout(25)
class HostileYamuxIT {
  private static final String ECHO = "/test/echo/1";
  private static final String COUNTED_ECHO = "/test/counted-echo/1";
  private static final String DEAF = "/test/deaf/1";
  private static final int INBOUND_STREAMS = 200;
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(1);

  private HostPair hosts;
  private RawPeer peer;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    hosts = HostPair.start(Limits.DEFAULT.withStreams(INBOUND_STREAMS, 100)
        .withTimeouts(Limits.Timeouts.DEFAULT.withWrite(WRITE_TIMEOUT).withNegotiation(Duration.ofMillis(500))
            .withClosedStream(Duration.ofMillis(300))));
    hosts.server().handle(ECHO, Echo::answer);
    hosts.server().handle(DEAF, stream -> {
      boolean[] closed = {false};
      stream.connection().onClose(c -> {
        synchronized (closed) {
          closed[0] = true;
          closed.notifyAll();
        }
      });
      synchronized (closed) {
        while (!closed[0]) {
          try {
            closed.wait();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        }
      }
    });
    hosts.connect();
    peer = RawPeer.secured(hosts.server());
    await().until(() -> hosts.server().connection(peer.id()).isPresent());
    connection = hosts.server().connection(peer.id()).orElseThrow();
  }

  @AfterEach
  void othersAreUnharmed() throws Exception {
    try (Stream stream = hosts.client().open(hosts.server().id(), ECHO)) {
      assertThat(Echo.roundTrip(stream, new byte[10_000])).hasSize(10_000);
    }
    peer.close();
    hosts.close();
    assertThat(hosts.server().bufferedBytes()).isZero();
  }

  private void assertCutOff(String reason) throws Exception {
    assertThat(peer.await(YamuxFrame.GO_AWAY, 0).length()).isEqualTo(YamuxFrame.PROTOCOL_ERROR);
    assertEnded(reason);
  }

  /**
   * As {@link #assertCutOff}, for a flood: what the peer had sent and nobody read makes the kernel reset the connection,
   * and the reset may overtake the go-away; then the peer sees the end alone.
   */
  private void assertFloodCutOff(String reason) throws Exception {
    Optional<YamuxFrame> goAway = peer.goAwayOrEnd();
    goAway.ifPresent(frame -> assertThat(frame.length()).isEqualTo(YamuxFrame.PROTOCOL_ERROR));
    assertEnded(reason);
  }

  private void assertEnded(String reason) throws Exception {
    assertThat(peer.next()).isEmpty();
    await().untilAsserted(() -> assertThat(connection.closeReason().orElse("open")).contains(reason));
    assertThat(hosts.server().connection(peer.id())).isEmpty();
  }

  private void open(int id, String protocol) throws IOException {
    byte[] start = MultistreamSelect.lines(MultistreamSelect.HEADER, protocol);
    peer.frame(YamuxFrame.DATA, YamuxFrame.SYN, id, start.length, start);
  }

  @Test
  void aPipelinedStreamStartIsServed() throws Exception {
    byte[] start = Bytes.join(MultistreamSelect.lines(MultistreamSelect.HEADER, ECHO), new byte[]{1, 2, 3});
    peer.frame(YamuxFrame.DATA, YamuxFrame.SYN | YamuxFrame.FIN, 1, start.length, start);
    assertThat(peer.next().orElseThrow().has(YamuxFrame.ACK)).isTrue();
    peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN);
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void aNoiseMessageThatDoesNotDecryptEndsTheConnection() throws Exception {
    peer.send(new byte[]{0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    assertCutOff("does not decrypt");
  }

  @Test
  void aNoiseMessageShorterThanItsTagEndsTheConnection() throws Exception {
    peer.send(new byte[]{0, 3, 1, 2, 3});
    assertCutOff("Noise message of 3 bytes, at least 16");
  }

  @Test
  void randomFramesEndTheConnection() throws Exception {
    peer.plain(HostIT.randomBytes(100_000, 5));
    assertCutOff("yamux version");
  }

  @Test
  void anUnknownFrameTypeEndsTheConnection() throws Exception {
    peer.frame(7, 0, 1, 0);
    assertCutOff("yamux frame type 7");
  }

  @Test
  void aFrameLargerThanTheWindowEndsTheConnectionBeforeItsBytes() throws Exception {
    open(1, DEAF);
    peer.frame(YamuxFrame.DATA, 0, 1, 0xffffffffL);
    assertCutOff("data frame of 4294967295 bytes on stream 1");
    assertThat(hosts.server().bufferedBytes()).isZero();
  }

  @Test
  void overrunningTheWindowLittleByLittleEndsTheConnection() throws Exception {
    open(1, DEAF);
    byte[] part = new byte[32 * 1024];
    for (int i = 0; i < 8; i++) {
      peer.frame(YamuxFrame.DATA, 0, 1, part.length, part);
    }
    assertCutOff("data frame of 32768 bytes on stream 1, window");
  }

  @Test
  void aWindowGrantPastItsLargestValueEndsTheConnection() throws Exception {
    open(1, DEAF);
    peer.frame(YamuxFrame.WINDOW_UPDATE, 0, 1, 0xffffffffL);
    assertCutOff("window update of 4294967295 on top of 26");
  }

  @Test
  void aStreamIdOfOurSideEndsTheConnection() throws Exception {
    peer.frame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.SYN, 2, 0);
    assertCutOff("an id of our side");
  }

  @Test
  void aStreamOpenedTwiceEndsTheConnection() throws Exception {
    open(1, DEAF);
    open(1, DEAF);
    assertCutOff("opened stream 1 twice");
  }

  @Test
  void aFrameForAStreamWeNeverOpenedEndsTheConnection() throws Exception {
    peer.frame(YamuxFrame.DATA, 0, 4, 0);
    assertCutOff("stream 4, which nobody has opened");
  }

  @Test
  void dataBehindTheEndOfAStreamEndsTheConnection() throws Exception {
    open(1, DEAF);
    peer.frame(YamuxFrame.DATA, YamuxFrame.FIN, 1, 0);
    peer.frame(YamuxFrame.DATA, 0, 1, 1, new byte[1]);
    assertCutOff("behind its end");
  }

  @Test
  void aFloodOfPingsEndsTheConnection() throws Exception {
    peer.frames(400, YamuxFrame.PING, YamuxFrame.SYN, 0, 77);
    assertThat(peer.await(YamuxFrame.PING, YamuxFrame.ACK).length()).isEqualTo(77);
    for (int i = 0; i < 10; i++) {
      peer.frames(400, YamuxFrame.PING, YamuxFrame.ACK, 0, i);
    }
    assertFloodCutOff("a flood of pings");
  }

  @Test
  void aFloodOfEmptyDataEndsTheConnection() throws Exception {
    open(1, DEAF);
    peer.frames(Limits.EMPTY_FRAME_BURST + 5000, YamuxFrame.DATA, 0, 1, 0);
    assertFloodCutOff("a flood of empty frames");
  }

  @Test
  void aFloodOfFramesThatSayWhatIsKnownEndsTheConnection() throws Exception {
    open(1, DEAF);
    peer.frames(Limits.EMPTY_FRAME_BURST + 5000, YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, 1, 0);
    assertFloodCutOff("a flood of empty frames");
  }

  @Test
  void manyTinyFramesTakeNoMoreThanTheirBytes() throws Exception {
    open(1, DEAF);
    for (int i = 0; i < 2_000; i++) {
      peer.frame(YamuxFrame.DATA, 0, 1, 1, new byte[1]);
    }
    peer.frame(YamuxFrame.PING, YamuxFrame.SYN, 0, 5);
    assertThat(peer.await(YamuxFrame.PING, YamuxFrame.ACK).length()).isEqualTo(5);
    assertThat(hosts.server().bufferedBytes()).isEqualTo(2_000);
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void streamsPastTheLimitAreResetAndAFloodOfThemEndsTheConnection() throws Exception {
    for (int i = 0; i < INBOUND_STREAMS; i++) {
      open(2 * i + 1, DEAF);
    }
    open(2 * INBOUND_STREAMS + 1, DEAF);
    assertThat(peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST).streamId()).isEqualTo(2 * INBOUND_STREAMS + 1);
    assertThat(connection.isOpen()).isTrue();
    try {
      for (int i = INBOUND_STREAMS + 1; i < INBOUND_STREAMS + 10_000; i++) {
        open(2 * i + 1, DEAF);
      }
    } catch (IOException e) {
      // Cut off while still at it.
    }
    await().untilAsserted(
        () -> assertThat(connection.closeReason().orElse("open")).containsAnyOf("a flood of streams above the limit",
            "does not take our answers"));
  }

  @Test
  void streamsOpenedAndResetInAHurryNeverHoldMoreThanTheLimit() throws Exception {
    byte[] start = MultistreamSelect.lines(MultistreamSelect.HEADER, DEAF);
    for (int i = 0; i < 1000; i++) {
      peer.frame(YamuxFrame.DATA, YamuxFrame.SYN, 2 * i + 1, start.length, start);
      peer.frame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, 2 * i + 1, 0);
    }
    peer.frame(YamuxFrame.PING, YamuxFrame.SYN, 0, 42);
    assertThat(peer.await(YamuxFrame.PING, YamuxFrame.ACK).length()).isEqualTo(42);
    // One more is our own, asking the peer who it is.
    assertThat(((UpgradedConnection) connection).session().openStreams()).isLessThanOrEqualTo(1);
  }

  @Test
  void unreadDataOfManyStreamsStaysUnderTheConnectionsBound() throws Exception {
    byte[] part = new byte[64 * 1024];
    int resets = 0;
    for (int i = 0; i < INBOUND_STREAMS; i++) {
      int id = 2 * i + 1;
      open(id, DEAF);
      for (int j = 0; j < 3; j++) {
        peer.frame(YamuxFrame.DATA, 0, id, part.length, part);
        assertThat(hosts.server().bufferedBytes()).isLessThanOrEqualTo(Limits.BUFFERED_PER_CONNECTION_BYTES);
      }
    }
    peer.frame(YamuxFrame.PING, YamuxFrame.SYN, 0, 1);
    for (Optional<YamuxFrame> f = peer.next(); f.isPresent() && f.get().type() != YamuxFrame.PING; f = peer.next()) {
      resets += f.get().has(YamuxFrame.RST) ? 1 : 0;
    }
    assertThat(resets).isBetween(20, 60);
    assertThat(hosts.server().bufferedBytes()).isBetween(30_000_000L, (long) Limits.BUFFERED_PER_CONNECTION_BYTES);
  }

  @Test
  void aPeerThatTakesNoBytesIsCutOff() throws Exception {
    AtomicLong read = new AtomicLong();
    hosts.server().handle(COUNTED_ECHO, stream -> {
      byte[] buffer = new byte[64 * 1024];
      for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
        read.addAndGet(n);
        stream.output().write(buffer, 0, n);
      }
    });
    open(1, COUNTED_ECHO);
    peer.frame(YamuxFrame.WINDOW_UPDATE, 0, 1, 1_000_000_000);
    byte[] part = new byte[64 * 1024];
    Thread sender = Thread.ofVirtual().start(() -> {
      try {
        for (long sent = part.length; connection.isOpen(); sent += part.length) {
          peer.frame(YamuxFrame.DATA, 0, 1, part.length, part);
          // It never reads, so it cannot know its window: it waits for the host to have read.
          long all = sent;
          await().pollInterval(Duration.ofMillis(1)).until(() -> read.get() == all || !connection.isOpen());
        }
      } catch (IOException e) {
        // Cut off.
      }
    });
    await()
        .untilAsserted(() -> assertThat(connection.closeReason().orElse("open")).contains("took no bytes for 1000 ms"));
    peer.close();
    sender.join(Duration.ofSeconds(10));
  }

  @Test
  void aSilentPeerIsPingedAndCutOff() throws Exception {
    try (Libp2pHost strict = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK).limits(
        Limits.DEFAULT.withTimeouts(
            Limits.Timeouts.DEFAULT.withKeepAlive(Duration.ofMillis(300)).withWrite(Duration.ofMillis(500)))));
        RawPeer silent = RawPeer.secured(strict)) {
      await().until(() -> strict.connection(silent.id()).isPresent());
      Connection watched = strict.connection(silent.id()).orElseThrow();
      YamuxFrame ping = silent.await(YamuxFrame.PING, YamuxFrame.SYN);
      silent.frame(YamuxFrame.PING, YamuxFrame.ACK, 0, ping.length());
      assertThat(watched.isOpen()).isTrue();
      silent.await(YamuxFrame.PING, YamuxFrame.SYN);
      await().untilAsserted(
          () -> assertThat(watched.closeReason().orElse("open")).contains("nothing heard from the peer"));
    }
  }

  @Test
  void aStreamThatNeverNamesItsProtocolIsReset() throws Exception {
    peer.frame(YamuxFrame.DATA, YamuxFrame.SYN, 1, 3, new byte[]{19, '/', 'm'});
    assertThat(peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST).streamId()).isEqualTo(1);
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void aStreamThatNeverEndsAfterWeClosedItIsReset() throws Exception {
    hosts.server().handle("/test/hello/1", stream -> stream.output().write(1));
    open(1, "/test/hello/1");
    peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN);
    assertThat(peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST).streamId()).isEqualTo(1);
    await().untilAsserted(() -> assertThat(((UpgradedConnection) connection).session().openStreams()).isZero());
  }

  @Test
  void streamsThePeerNeverEndsKeepTheirPlaceUntilTheyAreReset() throws Exception {
    hosts.server().handle("/test/hello/1", stream -> stream.output().write(1));
    for (int i = 0; i < INBOUND_STREAMS; i++) {
      open(2 * i + 1, "/test/hello/1");
    }
    open(2 * INBOUND_STREAMS + 1, "/test/hello/1");
    assertThat(peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST).streamId()).isEqualTo(2 * INBOUND_STREAMS + 1);
    await().untilAsserted(() -> assertThat(((UpgradedConnection) connection).session().openStreams()).isZero());
    open(2 * INBOUND_STREAMS + 3, ECHO);
    YamuxFrame answer = peer.await(YamuxFrame.DATA, YamuxFrame.ACK);
    while (answer.streamId() != 2 * INBOUND_STREAMS + 3) {
      answer = peer.await(YamuxFrame.DATA, YamuxFrame.ACK);
    }
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void aPeerThatGoesAwayGetsNoNewStreams() throws Exception {
    peer.frame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.NORMAL);
    await().untilAsserted(() -> org.assertj.core.api.Assertions.assertThatThrownBy(() -> connection.open(ECHO))
        .isInstanceOf(Libp2pException.class).hasMessageContaining("going away"));
    assertThat(connection.isOpen()).isTrue();
  }
}
