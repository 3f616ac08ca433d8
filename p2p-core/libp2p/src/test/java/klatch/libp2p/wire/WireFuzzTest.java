package klatch.libp2p.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;

/** The smallest encodings, fed with anything: each value has one form, and a length never promises more than there is. */
final class WireFuzzTest {
  private static final int MAX_LENGTH = 8192;

  @FuzzTest
  void aVarintThatCanBeReadHasNoOtherForm(byte[] input) {
    ByteBuffer in = ByteBuffer.wrap(input);
    try {
      long value = Varint.read(in);
      assertThat(Varint.encode(value)).isEqualTo(Arrays.copyOf(input, in.position()));
      int length = Varint.readLength(new ByteArrayInputStream(input), MAX_LENGTH);
      assertThat((long) length).isEqualTo(value).isLessThanOrEqualTo(MAX_LENGTH);
    } catch (MalformedMessageException | IOException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aMessageThatCanBeReadHoldsNoMoreBytesThanItCameIn(byte[] input) {
    try {
      var fields = Protobuf.read(input);
      int held = fields.stream().mapToInt(field -> field.array().length).sum();
      assertThat(held).isLessThanOrEqualTo(input.length);
      Protobuf.Writer again = new Protobuf.Writer();
      for (Protobuf.Field field : fields) {
        if (field.bytes().hasRemaining()) {
          again.bytes(field.tag(), field.array());
        } else {
          again.number(field.tag(), field.number());
        }
      }
      assertThat(Protobuf.read(again.toByteArray())).hasSameSizeAs(fields);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void textThatCanBeReadAsBase58IsWhatItsBytesAreWrittenAs(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    try {
      assertThat(Base58.encode(Base58.decode(text))).isEqualTo(text);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void textInAMultibaseIsReadOrRefused(byte[] input) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    try {
      assertThat(Multibase.decode(text).length).isLessThanOrEqualTo(text.length());
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
