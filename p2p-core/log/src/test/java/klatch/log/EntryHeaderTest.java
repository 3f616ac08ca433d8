package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntryHeaderTest {
  /** The key of RFC 8032 section 7.1, test 1. */
  private static final Ed25519Key KEY = Ed25519Key
      .fromSeed(HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  private static final TopicId TOPIC = new TopicId(HexFormat.of().parseHex("11".repeat(32)));
  private static final byte[] PAYLOAD = "hello".getBytes(StandardCharsets.UTF_8);
  private static final long TIME = 1_780_000_000_000L;

  private static EntryHeader first() {
    return EntryHeader.sign(KEY, TOPIC, 1, Optional.empty(), new EntryContent("test/note", PAYLOAD, 0, TIME));
  }

  private static EntryHeader second() {
    return EntryHeader.sign(KEY, TOPIC, 2, Optional.of(first().id()),
        new EntryContent("test/note", PAYLOAD, EntryHeader.FLAG_ENCRYPTED, TIME + 1));
  }

  /** Kept for ever: entries that exist are read by these rules. */
  @Test
  void goldenBytes() throws MalformedMessageException {
    String firstHex = "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a111111111111111111111111111111"
        + "111111111111111111111111111111111100000000000000010000019e70448800000000000000000000000000000000"
        + "000000000000000000000000000000000009746573742f6e6f7465000000052cf24dba5fb0a30e26e83b2ac5b9e29e1b"
        + "161e5c1fa7425e73043362938b98240069c138b51ece8a352dce7236db0870473278f727292587f4fd4da46b6ade0a68"
        + "850ad74ae0a1fa38dbc68b5e96e4b395e1297db33f8fe59424730b496be78902";
    String secondHex = "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a111111111111111111111111111111"
        + "111111111111111111111111111111111100000000000000020000019e704488013066e790cab53f485eb78e99483889"
        + "8a3f398a9379244c0b4894d27ea756402109746573742f6e6f7465000000052cf24dba5fb0a30e26e83b2ac5b9e29e1b"
        + "161e5c1fa7425e73043362938b982401061848c26d952f07ace3c871a570f1693ad7a83028193b586b4a8922c76ba809"
        + "ab217a8dbc49c2fab3abd2591646eca2b2630b971470370381279258f2219108";

    assertThat(HexFormat.of().formatHex(first().bytes())).isEqualTo(firstHex);
    assertThat(first().id()).hasToString("3066e790cab53f485eb78e994838898a3f398a9379244c0b4894d27ea7564021");
    assertThat(HexFormat.of().formatHex(second().bytes())).isEqualTo(secondHex);
    assertThat(second().id()).hasToString("66628edf64db8e61cf8224a85f6fd8d772ca5ce0e3cee2ed4c7df3504b62c64c");
    EntryHeader read = EntryHeader.decode(HexFormat.of().parseHex(secondHex));
    assertThat(read).isEqualTo(second());
    assertThat(read.sequence()).isEqualTo(2);
    assertThat(read.backlink()).contains(first().id());
    assertThat(read.timestampMillis()).isEqualTo(TIME + 1);
    assertThat(read.payloadType()).isEqualTo("test/note");
    assertThat(read.payloadLength()).isEqualTo(5);
    assertThat(read.isEncrypted()).isTrue();
    assertThat(EntryRules.checkSignature(read)).isEmpty();
    assertThat(HexFormat.of().formatHex(read.signedMessage())).startsWith("6b6c617463682d656e7472793a01d75a98");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"version, 0, 02, 'version 2 is unknown'", "sequence zero, 65, 0000000000000000, 'not 0'",
      "sequence negative, 65, 8000000000000001, 'not 9223372036854775809'",
      "sequence without backlink, 65, 0000000000000002, 'entry 2 has no backlink'",
      "backlink of the first, 81, 01, 'the first entry of a log has no backlink'",
      "type longer than the header, 113, 0a, 'does not fit a header of 224 bytes'",
      "no type, 113, 00, 'does not fit'", "upper case type, 114, 54, 'not byte 0x54'",
      "payload length, 123, 00010001, 'at most 65536 bytes, not 65537'",
      "payload length negative, 123, ffffffff, 'not 4294967295'", "unknown flag, 159, 02, 'unknown bit'"})
  void aHeaderOutOfBoundsIsRefused(String what, int offset, String hex, String message) {
    byte[] bytes = first().bytes();
    byte[] change = HexFormat.of().parseHex(hex);
    System.arraycopy(change, 0, bytes, offset, change.length);

    assertThatThrownBy(() -> EntryHeader.decode(bytes)).as(what).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aHeaderOfAnotherLengthIsRefused() {
    byte[] bytes = first().bytes();
    for (int length : new int[]{0, 1, 215, bytes.length - 1, bytes.length + 1, 280, 100_000}) {
      assertThatThrownBy(() -> EntryHeader.decode(Arrays.copyOf(bytes, length))).as("%d bytes", length)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void everyBitOfAHeaderIsSigned() {
    byte[] good = first().bytes();
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bytes = good.clone();
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(isGood(bytes)).as("bit %d flipped", bit).isFalse();
    }
    assertThat(isGood(good)).isTrue();
  }

  private static boolean isGood(byte[] bytes) {
    try {
      return EntryRules.checkSignature(EntryHeader.decode(bytes)).isEmpty();
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  @Test
  void aHeaderPutTogetherFromARunIsTheOneThatWasSigned() throws MalformedMessageException {
    EntryContent content = new EntryContent("test/note", PAYLOAD, EntryHeader.FLAG_ENCRYPTED, TIME + 1);

    assertThat(EntryHeader.assemble(second().log(), 2, Optional.of(first().id()), content, second().signature()))
        .isEqualTo(second());
  }
}
