package klatch.libp2p.multistream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Varint;
import org.junit.jupiter.api.Test;

class MultistreamSelectTest {
  private static final List<String> SPOKEN = List.of("/noise", "/b");

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] answerTo(ByteArrayInputStream in) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MultistreamSelect.answer(in, out, SPOKEN::contains, SPOKEN);
    return out.toByteArray();
  }

  @Test
  void aDialersFirstPacketIsTheSpecifiedBytes() {
    assertThat(HexFormat.of().formatHex(MultistreamSelect.lines(MultistreamSelect.HEADER, "/noise")))
        .isEqualTo("132f6d756c746973747265616d2f312e302e300a072f6e6f6973650a");
    assertThat(HexFormat.of().formatHex(MultistreamSelect.lines("na"))).isEqualTo("036e610a");
  }

  @Test
  void aPipelinedDialersOwnBytesAreLeftForTheProtocol() throws Exception {
    ByteArrayInputStream in = new ByteArrayInputStream(
        Bytes.join(MultistreamSelect.lines(MultistreamSelect.HEADER, "/noise"), new byte[]{0, 32, 1, 2, 3}));
    assertThat(answerTo(in)).isEqualTo(MultistreamSelect.lines(MultistreamSelect.HEADER, "/noise"));
    assertThat(in.readAllBytes()).containsExactly(0, 32, 1, 2, 3);
  }

  @Test
  void refusedProposalsAreAnsweredWithNaAndTheListIsTold() throws Exception {
    ByteArrayInputStream in = new ByteArrayInputStream(
        MultistreamSelect.lines(MultistreamSelect.HEADER, "/tls/1.0.0", "ls", "/b"));
    String list = "\u000f" + text(MultistreamSelect.lines("/noise", "/b")) + "\n";
    assertThat(text(answerTo(in))).isEqualTo(text(MultistreamSelect.lines(MultistreamSelect.HEADER, "na"))
        + text(Varint.encode(list.length() - 1)) + list.substring(1) + text(MultistreamSelect.lines("/b")));
  }

  @Test
  void theProposerTriesTheNextOneAfterNa() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayInputStream in = new ByteArrayInputStream(MultistreamSelect.lines(MultistreamSelect.HEADER, "na", "/b"));
    assertThat(MultistreamSelect.propose(in, out, List.of("/a", "/b"))).contains("/b");
    assertThat(out.toByteArray()).isEqualTo(MultistreamSelect.lines(MultistreamSelect.HEADER, "/a", "/b"));
    assertThat(MultistreamSelect
        .propose(new ByteArrayInputStream(MultistreamSelect.lines(MultistreamSelect.HEADER, "na")), out, List.of("/a")))
        .isEqualTo(Optional.empty());
  }

  @Test
  void badLinesAreRefused() {
    for (byte[] bad : List.of(new byte[]{0}, new byte[]{1, 'x'}, new byte[]{(byte) 0x81, 0x08},
        new byte[]{(byte) 0xff, (byte) 0xff, 1},
        MultistreamSelect.lines("/multistream/9.9.9"), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8))) {
      assertThatThrownBy(() -> answerTo(new ByteArrayInputStream(bad))).isInstanceOfAny(MalformedMessageException.class,
          EOFException.class);
    }
    assertThatThrownBy(() -> answerTo(new ByteArrayInputStream(new byte[]{5, '/', 'a'})))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void endlessProposalsAreCutOff() {
    byte[] proposals = MultistreamSelect.lines("/x");
    byte[] many = MultistreamSelect.lines(MultistreamSelect.HEADER);
    for (int i = 0; i < 100; i++) {
      many = Bytes.join(many, proposals);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(many);
    assertThatThrownBy(() -> answerTo(in)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("after 16 proposals");
  }
}
