package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import klatch.libp2p.yamux.YamuxFrame;
import org.junit.jupiter.api.Test;

class EncodingTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void varintsAreTheKnownBytes() throws Exception {
    // The examples of the unsigned-varint specification, and the ends of the range.
    for (Object[] known : List.of(new Object[]{1L, "01"}, new Object[]{127L, "7f"}, new Object[]{128L, "8001"},
        new Object[]{255L, "ff01"},
        new Object[]{300L, "ac02"}, new Object[]{16384L, "808001"}, new Object[]{0L, "00"},
        new Object[]{Long.MAX_VALUE, "ffffffffffffffff7f"})) {
      long value = (Long) known[0];
      assertThat(hex(Varint.encode(value))).isEqualTo(known[1]);
      assertThat(Varint.read(ByteBuffer.wrap(hex((String) known[1])))).isEqualTo(value);
      assertThat(Varint.size(value)).isEqualTo(((String) known[1]).length() / 2);
    }
  }

  @Test
  void longAndPaddedVarintsAreRefused() {
    for (String bad : List.of("8000", "808000", "ffffffffffffffffff01", "80", "")) {
      assertThatThrownBy(() -> Varint.read(ByteBuffer.wrap(hex(bad)))).as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void aLengthOverItsLimitIsRefusedBeforeItsBytes() throws Exception {
    assertThat(Varint.readLength(new ByteArrayInputStream(hex("8008")), 1024)).isEqualTo(1024);
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("8108")), 1024))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("length 1025, at most 1024");
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("ffffff7f")), 1024))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("80")), 1024))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void protobufFieldsAreReadInOrderAndBadOnesRefused() throws Exception {
    List<Protobuf.Field> fields = Protobuf
        .read(hex("08 96 01 12 07 74 65 73 74 69 6e 67 1d 01 02 03 04 21 01 02 03 04 05 06 07 08 12 00"));
    assertThat(fields).hasSize(4);
    assertThat(fields.get(0).number()).isEqualTo(150);
    assertThat(fields.get(1).text()).isEqualTo("testing");
    assertThat(fields.get(2).fixed64()).isEqualTo(0x0807060504030201L);
    assertThat(fields.get(2).number()).isZero();
    assertThat(fields.get(3).array()).isEmpty();
    assertThat(new Protobuf.Writer().fixed64(4, 0x0807060504030201L).toByteArray())
        .isEqualTo(hex("21 01 02 03 04 05 06 07 08"));
    for (String bad : List.of("08", "12 05 00", "0b", "00 00", "12 ff ff ff ff 07", "1d 00", "21 00", "07 00")) {
      assertThatThrownBy(() -> Protobuf.read(hex(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> Protobuf.read(hex("0800".repeat(1025)))).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 1024");
  }

  @Test
  void yamuxHeadersAreTheSpecifiedBytes() throws Exception {
    assertFrame(new YamuxFrame(YamuxFrame.DATA, YamuxFrame.SYN, 1, 5), "00 00 0001 00000001 00000005");
    assertFrame(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, 2, 262144), "00 01 0002 00000002 00040000");
    assertFrame(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, 0x01020304, 0xffffffffL),
        "00 01 0008 01020304 ffffffff");
    assertFrame(new YamuxFrame(YamuxFrame.PING, YamuxFrame.SYN, 0, 0xcafe), "00 02 0001 00000000 0000cafe");
    assertFrame(new YamuxFrame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.PROTOCOL_ERROR), "00 03 0000 00000000 00000001");
    assertFrame(new YamuxFrame(YamuxFrame.DATA, YamuxFrame.FIN, 0xffffffff, 0), "00 00 0004 ffffffff 00000000");
    assertThatThrownBy(() -> YamuxFrame.read(hex("01 00 0000 00000001 00000000"), 0))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("version 1");
    assertThatThrownBy(() -> YamuxFrame.read(hex("00 04 0000 00000001 00000000"), 0))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("type 4");
  }

  private static void assertFrame(YamuxFrame frame, String bytes) throws Exception {
    byte[] out = new byte[YamuxFrame.HEADER_BYTES];
    frame.write(out, 0);
    assertThat(out).isEqualTo(hex(bytes));
    assertThat(YamuxFrame.read(hex(bytes), 0)).isEqualTo(frame);
  }
}
