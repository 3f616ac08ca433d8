package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.yamux.YamuxFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The states of a yamux stream as a peer sees them that sends every frame by hand (libp2p yamux). */
@Timeout(25)
class YamuxStatesIT {
  private static final String PROTOCOL = "/test/frames/1";
  private static final byte[] AGREED = MultistreamSelect.lines(MultistreamSelect.HEADER, PROTOCOL);

  private Libp2pHost host;
  private RawPeer peer;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    host = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK));
    peer = RawPeer.secured(host).seesAll();
    await().until(() -> host.connection(peer.id()).isPresent());
    connection = host.connection(peer.id()).orElseThrow();
    // The host's first stream asks who we are: it is refused, so that the next one is the test's.
    YamuxFrame identify = peer.await(YamuxFrame.DATA, YamuxFrame.SYN);
    peer.frame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, identify.streamId(), 0);
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
    host.close();
  }

  private CompletableFuture<Stream> opening() {
    return CompletableFuture.supplyAsync(() -> connection.open(PROTOCOL), task -> Thread.ofVirtual().start(task));
  }

  private static Stream get(CompletableFuture<Stream> opening) throws Exception {
    return opening.get(10, TimeUnit.SECONDS);
  }

  @Test
  void ourFirstFrameCarriesTheSynAndAnAckOnDataOpensTheStream() throws Exception {
    CompletableFuture<Stream> opening = opening();
    YamuxFrame syn = peer.await(YamuxFrame.DATA, YamuxFrame.SYN);
    assertThat(syn.streamId() & 1).as("the listener opens even ids").isZero();
    assertThat(syn.length()).as("data may come before the ACK").isEqualTo(AGREED.length);
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK, syn.streamId(), AGREED.length, AGREED);
    Stream stream = get(opening);
    stream.output().write(new byte[3]);
    YamuxFrame data = peer.await(YamuxFrame.DATA, 0);
    assertThat(data.flags()).isZero();
    assertThat(data.length()).isEqualTo(3);
  }

  @Test
  void anAckOnAWindowUpdateGrantsItsWindowToo() throws Exception {
    CompletableFuture<Stream> opening = opening();
    int id = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    peer.frame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, id, 1_000_000);
    peer.frame(YamuxFrame.DATA, 0, id, AGREED.length, AGREED);
    Stream stream = get(opening);
    stream.output().write(new byte[1_200_000]);
    long received = 0;
    while (received < 1_200_000) {
      YamuxFrame data = peer.await(YamuxFrame.DATA, 0);
      assertThat(data.length()).isLessThanOrEqualTo(65_536);
      received += data.length();
    }
  }

  @Test
  void aResetBeforeTheAckIsARefusal() throws Exception {
    CompletableFuture<Stream> opening = opening();
    int id = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    peer.frame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0x1002);
    assertThatThrownBy(() -> get(opening)).hasCauseInstanceOf(Libp2pException.class).hasMessageContaining("reset");
    assertThat(connection.isOpen()).as("the number in a reset is a code, and never a window").isTrue();
  }

  @Test
  void theEndMayComeTogetherWithTheAckAndData() throws Exception {
    CompletableFuture<Stream> opening = opening();
    int id = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    byte[] all = Bytes.join(AGREED, "bye".getBytes(StandardCharsets.UTF_8));
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK | YamuxFrame.FIN, id, all.length, all);
    Stream stream = get(opening);
    assertThat(stream.input().readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("bye");
    stream.output().write(1);
    assertThat(peer.await(YamuxFrame.DATA, 0).length()).as("our half stays open").isEqualTo(1);
  }

  @Test
  void ourEndBeforeTheAckIsSentAndTheAnswerStillRead() throws Exception {
    host.handle(PROTOCOL, stream -> stream.output().write(stream.input().readAllBytes()));
    byte[] all = Bytes.join(AGREED, new byte[]{1, 2, 3});
    peer.frame(YamuxFrame.DATA, YamuxFrame.SYN | YamuxFrame.FIN, 1, all.length, all);
    YamuxFrame first = peer.await(YamuxFrame.DATA, YamuxFrame.ACK);
    assertThat(first.streamId()).isEqualTo(1);
    assertThat(first.length()).isEqualTo(AGREED.length);
    assertThat(peer.await(YamuxFrame.DATA, 0).length()).isEqualTo(3);
    peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.FIN);
  }

  @Test
  void framesForAStreamThatIsOverAreDroppedWithTheirBytes() throws Exception {
    CompletableFuture<Stream> opening = opening();
    int id = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK, id, AGREED.length, AGREED);
    get(opening).reset();
    peer.await(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST);
    byte[] late = new byte[1000];
    peer.frame(YamuxFrame.DATA, 0, id, late.length, late);
    peer.frame(YamuxFrame.WINDOW_UPDATE, 0, id, 0xffffffffL);
    peer.frame(YamuxFrame.DATA, YamuxFrame.FIN, id, 0);
    peer.frame(YamuxFrame.PING, YamuxFrame.SYN, 0, 5);
    assertThat(peer.await(YamuxFrame.PING, YamuxFrame.ACK).length()).isEqualTo(5);
    assertThat(host.bufferedBytes()).isZero();
  }

  @Test
  void afterAGoAwayOldStreamsFinishAndNoNewOnesStart() throws Exception {
    CompletableFuture<Stream> opening = opening();
    int id = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK, id, AGREED.length, AGREED);
    Stream stream = get(opening);
    peer.frame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.NORMAL);
    peer.frame(YamuxFrame.DATA, YamuxFrame.FIN, id, 2, new byte[]{7, 8});
    assertThat(stream.input().readAllBytes()).containsExactly(7, 8);
    assertThatThrownBy(() -> connection.open(PROTOCOL)).isInstanceOf(Libp2pException.class);
  }

  @Test
  void oneStreamMoreThanMayBeUnacknowledgedWaitsUntilAnAckMakesRoom() throws Exception {
    List<CompletableFuture<Stream>> openings = IntStream.range(0, Limits.UNACKNOWLEDGED_STREAMS)
        .mapToObj(_ -> opening()).toList();
    int first = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    for (int i = 1; i < Limits.UNACKNOWLEDGED_STREAMS; i++) {
      peer.await(YamuxFrame.DATA, YamuxFrame.SYN);
    }
    CompletableFuture<Stream> waiting = new CompletableFuture<>();
    Thread thread = Thread.ofVirtual().start(() -> waiting.complete(connection.open(PROTOCOL)));
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    // Had it sent anything before it began to wait, that would come before the answer to a ping.
    peer.frame(YamuxFrame.PING, YamuxFrame.SYN, 0, 5);
    assertThat(peer.next().orElseThrow().type()).isEqualTo(YamuxFrame.PING);
    assertThat(waiting).isNotDone();
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK, first, AGREED.length, AGREED);
    int last = peer.await(YamuxFrame.DATA, YamuxFrame.SYN).streamId();
    peer.frame(YamuxFrame.DATA, YamuxFrame.ACK, last, AGREED.length, AGREED);
    get(waiting).reset();
    assertThat(openings.stream().filter(CompletableFuture::isDone)).hasSize(1);
  }

  @Test
  void aFastReaderGetsALargerWindow() throws Exception {
    host.handle(PROTOCOL, stream -> stream.input().transferTo(java.io.OutputStream.nullOutputStream()));
    peer.frame(YamuxFrame.DATA, YamuxFrame.SYN, 1, AGREED.length, AGREED);
    long window = (long) Limits.INITIAL_WINDOW_BYTES - AGREED.length;
    long largest = window;
    byte[] part = new byte[32 * 1024];
    for (int i = 0; i < 400 && largest < 2 * Limits.INITIAL_WINDOW_BYTES; i++) {
      if (window >= part.length) {
        peer.frame(YamuxFrame.DATA, 0, 1, part.length, part);
        window -= part.length;
      } else {
        window += granted();
        largest = Math.max(largest, window);
      }
    }
    assertThat(largest).isGreaterThanOrEqualTo(2 * Limits.INITIAL_WINDOW_BYTES - part.length);
  }

  /** Waits for the next grant, and answers pings so that the host knows its round trip. */
  private long granted() throws IOException, MalformedMessageException {
    while (true) {
      YamuxFrame frame = peer.next().orElseThrow();
      if (frame.type() == YamuxFrame.PING && frame.has(YamuxFrame.SYN)) {
        peer.frame(YamuxFrame.PING, YamuxFrame.ACK, 0, frame.length());
      } else if (frame.type() == YamuxFrame.WINDOW_UPDATE && frame.length() > 0) {
        return frame.length();
      }
    }
  }
}
