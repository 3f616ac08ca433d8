package klatch.meetup.checkin;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.Scribe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DoorCodeTest {
  private static final DoorCode CODE = new DoorCode(EventId.of(bytes(1)), new Scribe(1).device, Encounter.epochAt(T0),
      Encounter.commitment(ByteString.of(bytes(2))), ByteString.of(bytes(3)));

  private static byte[] bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void theTextFitsAnAlphanumericQrCode() {
    assertThat(CODE.text()).hasSize(228).hasSizeLessThanOrEqualTo(Frame.TEXT_CHARS).matches("[0-9A-Z:]+")
        .startsWith(DoorCode.PREFIX);
  }

  @Test
  void aCodeHasItsGoldenText() {
    assertThat(CODE.text()).isEqualTo("KLATCH:C1:AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAYVCHD3V2AT4MV7VJNWL"
        + "J4XJOXFSTHBG7R3FASDPZXJCABWQHW6XAAAAAAAFVGK4AAZYOAJGV7O37IEXWT2SI2XT7KXBOO4YQDMF"
        + "6OOUE23B4J6FKX7PQDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAM");
  }

  @Test
  void theTextIsReadBackWhateverTheScannerDoesToItsCase() throws MalformedMessageException {
    assertThat(DoorCode.parse(CODE.text())).isEqualTo(CODE);
    assertThat(DoorCode.parse("  " + CODE.text().toLowerCase(Locale.ROOT) + "\n")).isEqualTo(CODE);
  }

  @Test
  void thePeerIsMadeOfTheDoorsKey() {
    assertThat(CODE.peer()).isEqualTo(new Scribe(1).key.peerId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HTTPS://EXAMPLE.ORG", "KLATCH:C1:", "KLATCH:C1:AAAA", "KLATCH:C1:A", "KLATCH:C1:A1",
      "KLATCH:C2:AAAA", "KLATCH:C1:€€€€"})
  void whatIsNoCodeIsRefused(String text) {
    assertThatThrownBy(() -> DoorCode.parse(text)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void aCodeCutShortOrTooLongIsRefused() {
    String text = CODE.text();
    for (int length = 0; length < text.length(); length++) {
      String cut = text.substring(0, length);
      assertThatThrownBy(() -> DoorCode.parse(cut)).isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> DoorCode.parse(text + "A".repeat(100))).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 300");
    assertThatThrownBy(() -> DoorCode.parse(text + "AA")).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void aNegativeOrDistantEpochIsRefused() {
    byte[] bytes = new byte[136];
    Arrays.fill(bytes, 64, 72, (byte) 0xff);
    assertThatThrownBy(() -> DoorCode.parse(DoorCode.PREFIX + Base32.encode(bytes)))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("epoch");
  }

  @Test
  void base32IsThatOfTheStandard() {
    assertThat(Base32.encode("foobar".getBytes(StandardCharsets.US_ASCII)))
        .as("RFC 4648 section 10").isEqualTo("MZXW6YTBOI");
  }
}
