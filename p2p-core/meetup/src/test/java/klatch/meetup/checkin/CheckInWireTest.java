package klatch.meetup.checkin;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import klatch.meetup.Scribe;
import klatch.meetup.SignedEncounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CheckInWireTest {
  private static final SignedEncounter ENCOUNTER = new Scribe(1).meet(EventId.of(new byte[32]), new Scribe(2), T0);

  private static byte[] framed(byte[] message) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckInWire.write(out, message);
    return out.toByteArray();
  }

  @Test
  void anAnswerIsReadBack() throws IOException, MalformedMessageException {
    DoorCode code = new DoorCode(EventId.of(new byte[32]), new Scribe(1).device, T0 / 5_000, ByteString.zeros(32),
        ByteString.zeros(32));
    Answer answer = Answer.sign(code, Scribe.key(2), ByteString.zeros(32), T0);
    byte[] frame = framed(CheckInWire.encode(answer));
    assertThat(CheckInWire.decodeAnswer(CheckInWire.read(new ByteArrayInputStream(frame)))).isEqualTo(answer);
    assertThat(answer.verified()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalIsReadBackWithItsMessage(CheckInRefusal refusal) throws MalformedMessageException {
    CheckInReply reply = new CheckInReply.Refused(refusal, "because");
    assertThat(CheckInWire.decodeReply(CheckInWire.encode(reply))).isEqualTo(reply);
  }

  @Test
  void repliesWithAnEncounterAreReadBack() throws MalformedMessageException {
    CheckInReply checkedIn = new CheckInReply.CheckedIn(ENCOUNTER);
    CheckInReply already = new CheckInReply.AlreadyCheckedIn(ENCOUNTER);
    assertThat(CheckInWire.decodeReply(CheckInWire.encode(checkedIn))).isEqualTo(checkedIn);
    assertThat(CheckInWire.decodeReply(CheckInWire.encode(already))).isEqualTo(already);
  }

  @Test
  void aReplyWhosePartsDoNotFitIsRefused() {
    for (CheckInWire.Reply reply : Arrays.asList(new CheckInWire.Reply("checked-in", null, null, null),
        new CheckInWire.Reply("refused", ENCOUNTER, null, null),
        new CheckInWire.Reply("refused", ENCOUNTER, "stale", "because"),
        new CheckInWire.Reply("refused", null, "never-heard", "because"),
        new CheckInWire.Reply("refused", null, "stale", null), new CheckInWire.Reply("maybe", ENCOUNTER, null, null))) {
      assertThatThrownBy(() -> CheckInWire.decodeReply(Cbor.encode(reply))).as("%s", reply)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void anOverlongExplanationIsCut() {
    assertThat(new CheckInReply.Refused(CheckInRefusal.STALE, "x".repeat(1_000)).message())
        .hasSize(CheckInReply.MESSAGE_CHARS);
  }

  @Test
  void aMessageCutShortOrTooLongIsRefused() throws IOException {
    byte[] frame = framed(CheckInWire.encode(new CheckInReply.CheckedIn(ENCOUNTER)));
    for (int length = 0; length < frame.length; length++) {
      InputStream cut = new ByteArrayInputStream(frame, 0, length);
      assertThatThrownBy(() -> CheckInWire.read(cut)).isInstanceOf(EOFException.class);
    }
    InputStream tooLong = new ByteArrayInputStream(framed(new byte[CheckInWire.MESSAGE_BYTES + 1]));
    assertThatThrownBy(() -> CheckInWire.read(tooLong)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("2049").hasMessageContaining("2048");
  }

  /** One byte a second, each in time for itself. */
  @Test
  void aPeerThatDripsIsCutOff() throws IOException {
    AtomicLong nanos = new AtomicLong();
    InputStream drip = new ByteArrayInputStream(framed(new byte[1_000])) {
      @Override
      public synchronized int read(byte[] to, int offset, int length) {
        nanos.addAndGet(1_000_000_000);
        return super.read(to, offset, Math.min(1, length));
      }
    };
    assertThatThrownBy(() -> CheckInWire.read(drip, nanos::get)).isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("10000 ms");
    assertThat(nanos.get() / 1_000_000).isLessThan(CheckInWire.MESSAGE_MILLIS + 2_000);
  }
}
