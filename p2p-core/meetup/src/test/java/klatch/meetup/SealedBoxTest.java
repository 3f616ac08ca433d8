package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;
import klatch.log.DeviceId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class SealedBoxTest {
  private static final byte[] CONTEXT = "a test".getBytes(StandardCharsets.US_ASCII);
  private static final EventId EVENT = EventId.of(filled(0x11));

  private static byte[] filled(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Made by another program from the text of the specification. */
  @Test
  void aBoxHasItsGoldenBytes() throws MalformedMessageException {
    Scribe host = new Scribe(1);
    DeviceId ann = new Scribe(2).device;
    Answers answers = new Answers(List.of("Go", "no"));
    byte[] context = SealedBox.context("klatch-answers-1", EVENT.bytes(), ann.bytes());
    byte[] box = SealedBox.seal(host.device, context, Cbor.encode(answers), filled(5));
    assertThat(HexFormat.of().formatHex(box)).isEqualTo("50a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d2"
        + "0495d060d0b276f5d528ff4819be2315257a6d5717f2f0a4d9c2b0d122c0ff0aa");
    assertThat(Answers.open(ByteString.of(box), EVENT, ann, host.key)).isEqualTo(answers);
  }

  @Property(tries = 60)
  void whoeverItIsSealedToReadsItAndNobodyElse(@ForAll @ByteRange(min = 1, max = 60) byte reader,
      @ForAll @Size(max = 200) byte[] content) throws MalformedMessageException {
    Scribe to = new Scribe(reader);
    byte[] box = SealedBox.seal(to.device, CONTEXT, content);
    assertThat(box).hasSize(content.length + SealedBox.OVERHEAD_BYTES);
    assertThat(SealedBox.open(to.key, CONTEXT, box)).isEqualTo(content);
    assertThatThrownBy(() -> SealedBox.open(Scribe.key(reader + 1), CONTEXT, box))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> SealedBox.open(to.key, new byte[]{1}, box))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Property(tries = 60)
  void aBoxThatWasTouchedIsRefused(@ForAll @IntRange(max = 79) int at, @ForAll @IntRange(max = 7) int bit) {
    Scribe to = new Scribe(3);
    byte[] box = SealedBox.seal(to.device, CONTEXT, filled(7));
    byte[] touched = box.clone();
    touched[at] ^= (byte) (1 << bit);
    assertThatThrownBy(() -> SealedBox.open(to.key, CONTEXT, touched)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void hostileBytesAreRefused() {
    Scribe to = new Scribe(3);
    for (byte[] box : List.of(new byte[0], new byte[47], new byte[48], filled(0xff))) {
      assertThatThrownBy(() -> SealedBox.open(to.key, CONTEXT, box)).isInstanceOf(MalformedMessageException.class);
    }
    byte[] identity = new byte[32];
    identity[0] = 1;
    assertThatThrownBy(() -> SealedBox.seal(new DeviceId(identity), CONTEXT, new byte[1]))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nothing can be sealed");
  }

  @Test
  void answersAreForOneEventAndOneAuthor() {
    Scribe host = new Scribe(1);
    Scribe ann = new Scribe(2);
    ByteString sealed = new Answers(List.of("yes")).sealed(EVENT, ann.device, host.device);
    assertThatThrownBy(() -> Answers.open(sealed, EVENT, new Scribe(3).device, host.key))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> Answers.open(sealed, EventId.of(filled(0x12)), ann.device, host.key))
        .isInstanceOf(MalformedMessageException.class);
  }
}
