package klatch.meetup.checkin;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.Scribe;
import klatch.meetup.SignedEncounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three frames of one exchange, made by a second encoder: event 0101…, nonces 0202… and 0404…, beacon 0303…. */
final class FrameTest {
  private static final String CODE = "KLATCH:C1:AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAYVCHD3V2AT4MV7VJNWL"
      + "J4XJOXFSTHBG7R3FASDPZXJCABWQHW6XAAAAAAAFVGK4AAZYOAJGV7O37IEXWT2SI2XT7KXBOO4YQDMF"
      + "6OOUE23B4J6FKX7PQDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAMBQGAYDAM";
  private static final String ANSWER = "KLATCH:A1:AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQAAAAAALKMVYABTQ4AS"
      + "NL65X6RAJZO4HKQ7IXL5LKGVDGYNGH5TGLRWFJDNHOG6RF35QPLOH4TM4UAQCAIBAEAQCAIBAEAQCAIB"
      + "AEAQCAIBAEAQCAIBAEAQCAIBAEAQCDQMR2NNAM2CQWBYSAPWFMKLRTYZXM2GXHFT6LT6ATWKJOMHLMCM"
      + "VKK6B7O6CX4JEP7NI6KLLYIUJARF235ZVJQURCYQQLUJ5HHCAEBIAQ";
  private static final String CLOSING = "KLATCH:E1:AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQAAAAAALKMVYAAQCAIB"
      + "AEAQCAIAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCEQP7N27LXCD2NCJV6MR4LZ"
      + "4P67B6RT6RZ454W3BDNRABYQSU5KGBBWX5PYRAHT7RWN2Z22ZBZYDDKZPG4FUS6HZ2XE7ZBEYQ2WIROA"
      + "Y";

  private final Scribe shows = new Scribe(1);
  private final Scribe scans = new Scribe(2);

  private static ByteString bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return ByteString.of(bytes);
  }

  @Test
  void anExchangeHasItsGoldenFrames() throws MalformedMessageException {
    DoorCode code = new DoorCode(EventId.of(bytes(1).bytes()), DeviceId.of(shows.key), Encounter.epochAt(T0),
        Encounter.commitment(bytes(2)), bytes(3));
    assertThat(code.text()).isEqualTo(CODE);
    assertThat(Frame.parse(CODE)).isEqualTo(code);
    Answer answer = Answer.sign(code, scans.key, bytes(4), T0 + Encounter.STEP_MILLIS);
    assertThat(AnswerFrame.of(answer).text()).isEqualTo(ANSWER);
    assertThat(((AnswerFrame) Frame.parse(ANSWER)).to(code)).contains(answer);
    Encounter encounter = new Encounter(code.event(), shows.device, scans.device, bytes(2), bytes(4), code.epoch(),
        code.beacon());
    SignedEncounter signed = new SignedEncounter(encounter,
        ByteString.of(shows.key.sign(encounter.signedBytes())), answer.signature());
    assertThat(ClosingFrame.of(signed).text()).isEqualTo(CLOSING);
    assertThat(((ClosingFrame) Frame.parse(CLOSING)).complete(answer)).contains(signed);
  }

  @Test
  void aFrameCutShortOrChangedInLengthIsNone() {
    for (String text : new String[]{CODE, ANSWER, CLOSING}) {
      for (int length = 0; length < text.length(); length++) {
        String cut = text.substring(0, length);
        assertThatThrownBy(() -> Frame.parse(cut)).isInstanceOf(MalformedMessageException.class);
      }
      assertThatThrownBy(() -> Frame.parse(text + "AA")).isInstanceOf(MalformedMessageException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "KLATCH:X1:AAAA", "ftp://a/", "http://a.example/KLATCH:C1:AAAA",
      "klatch.example/"})
  void whatIsNoFrameIsRefused(String text) {
    assertThatThrownBy(() -> Frame.parse(text)).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void onlyAWebAddressMayStandBeforeAFrame() throws MalformedMessageException {
    assertThat(Frame.parse("HTTP://10.0.0.7:8080/" + CODE).text()).isEqualTo(CODE);
    assertThat(Frame.parse("https://a.example/b/" + CLOSING).text()).isEqualTo(CLOSING);
    assertThatThrownBy(() -> Frame.parse("ftp://a.example/" + CODE)).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> Frame.parse("http://" + "a".repeat(80) + "/" + CODE))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most 300");
  }

  @Test
  void anAddressThatMakesAFrameTooLongIsRefused() throws MalformedMessageException {
    Frame answer = Frame.parse(ANSWER);
    assertThatThrownBy(() -> answer.url("http://10.0.0.7/")).isInstanceOf(IllegalArgumentException.class);
    Frame code = Frame.parse(CODE);
    assertThatThrownBy(() -> code.url("http://10.0.0.7")).isInstanceOf(IllegalArgumentException.class);
  }
}
