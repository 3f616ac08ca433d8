package klatch.libp2p.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.MemoryConnection;
import klatch.libp2p.transport.RawBytes;

/** The HTTP upgrade and the frames of a WebSocket, from both sides, with anything in them. */
final class WebSocketFuzzTest {
  private static final int MOST_AT_ONCE = 64;
  /** A close frame of ours, with a mask. */
  private static final int CLOSE_BYTES = 8;
  /** What a pong of ours is longer than its ping. */
  private static final int MASK_BYTES = 4;
  /** The shortest frame there is. */
  private static final int HEADER_BYTES = 2;
  private static final int LONGEST_ANSWER_BYTES = 200;

  @FuzzTest
  void framesGiveNoMoreBytesThanTheyHoldAndAnswersNoLongerThanTheirQuestions(FuzzedDataProvider input) {
    boolean client = input.consumeBoolean();
    int atOnce = input.consumeInt(1, MOST_AT_ONCE);
    byte[] said = input.consumeRemainingAsBytes();
    MemoryConnection raw = new MemoryConnection(said, atOnce);
    WebSocketConnection connection = new WebSocketConnection(new RawBytes(raw), client);
    byte[] buffer = new byte[MOST_AT_ONCE];
    int given = 0;
    try {
      int count = connection.read(buffer, 0, buffer.length);
      while (count >= 0) {
        assertThat(count).isBetween(1, buffer.length);
        given += count;
        count = connection.read(buffer, 0, buffer.length);
      }
    } catch (IOException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
    assertThat(given).isLessThanOrEqualTo(said.length);
    assertThat(raw.answered().length)
        .isLessThanOrEqualTo(said.length + said.length / HEADER_BYTES * MASK_BYTES + CLOSE_BYTES);
  }

  @FuzzTest
  void aHeadThatCanBeReadIsBounded(byte[] input) {
    ByteArrayInputStream in = new ByteArrayInputStream(input);
    try {
      HttpHead head = HttpHead.read(in);
      assertThat(head.firstLine()).hasSizeBetween(1, 3);
      assertThat(head.headers()).hasSizeLessThanOrEqualTo(HttpHead.MAX_HEADERS);
      assertThat(input.length - in.available()).isLessThanOrEqualTo(HttpHead.MAX_BYTES);
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void whoeverAsksForAWebSocketGetsOneShortAnswer(byte[] input) {
    MemoryConnection raw = new MemoryConnection(input, MOST_AT_ONCE);
    String expected = "HTTP/1.1 101";
    try {
      Handshake.answer(raw);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
      expected = "HTTP/1.1 400";
    } catch (IOException refused) {
      expected = "";
    }
    assertThat(raw.answered().length).isLessThanOrEqualTo(LONGEST_ANSWER_BYTES);
    assertThat(new String(raw.answered(), java.nio.charset.StandardCharsets.US_ASCII)).startsWith(expected);
  }

  @FuzzTest
  void anAnswerToARequestOfOursIsTakenOrRefused(byte[] input) {
    MemoryConnection raw = new MemoryConnection(input, MOST_AT_ONCE);
    try {
      Handshake.request(raw, "example", "/");
      throw new AssertionError("nobody can know the key that was just made");
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
