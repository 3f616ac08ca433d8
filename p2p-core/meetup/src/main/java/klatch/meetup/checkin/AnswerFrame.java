package klatch.meetup.checkin;

import java.nio.ByteBuffer;
import java.util.Optional;
import klatch.libp2p.Ed25519;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;

/**
 * An {@link Answer} as a screen shows it to the device whose code it answers: without what that device knows itself.
 *
 * @param epoch the code's step
 * @param code the first {@link #START_BYTES} of the code's commitment
 * @param nonce of the answering device
 * @param signature by it, over the code and the nonce
 * @param stepsLater the answering device's step, less the code's
 */
public record AnswerFrame(EventId event, long epoch, ByteString code, DeviceId device, ByteString nonce,
    ByteString signature, byte stepsLater) implements Frame {
  /** Marks the text as an answer of this version. */
  public static final String PREFIX = "KLATCH:A1:";
  /** Enough to tell apart what one device has shown. */
  static final int START_BYTES = 8;

  private static final int BYTES = 32 + Long.BYTES + START_BYTES + 32 + Encounter.NONCE_BYTES
      + Ed25519.SIGNATURE_BYTES + 1;

  public AnswerFrame {
    if (code.length() != START_BYTES || nonce.length() != Encounter.NONCE_BYTES
        || signature.length() != Ed25519.SIGNATURE_BYTES) {
      throw new IllegalArgumentException("start of the commitment, nonce and signature are " + code.length() + ", "
          + nonce.length() + " and " + signature.length() + " bytes");
    }
    Encounter.startMillis(epoch);
  }

  static AnswerFrame of(Answer answer) {
    DoorCode code = answer.code();
    return new AnswerFrame(code.event(), code.epoch(), FrameText.start(code.commitment(), START_BYTES),
        answer.attendee(), answer.nonce(), answer.signature(),
        (byte) Math.clamp(answer.epoch() - code.epoch(), Byte.MIN_VALUE, Byte.MAX_VALUE));
  }

  /** The whole answer, if it is one to {@code shown}. */
  Optional<Answer> to(DoorCode shown) {
    return shown.event().equals(event) && shown.epoch() == epoch
        && FrameText.start(shown.commitment(), START_BYTES).equals(code)
            ? Optional.of(new Answer(shown, device, nonce, answeredEpoch(), signature))
            : Optional.empty();
  }

  /** The step on the answering device's clock. */
  long answeredEpoch() {
    return Math.max(0, epoch + stepsLater);
  }

  /** 294 characters. */
  @Override
  public String text() {
    return PREFIX + Base32.encode(ByteBuffer.allocate(BYTES).put(event.bytes()).putLong(epoch).put(code.bytes())
        .put(device.bytes()).put(nonce.bytes()).put(signature.bytes()).put(stepsLater).array());
  }

  public static AnswerFrame parse(String text) throws MalformedMessageException {
    ByteBuffer in = FrameText.bytes(text, PREFIX, BYTES, "an answer");
    try {
      return new AnswerFrame(EventId.of(FrameText.next(in, 32)), in.getLong(),
          ByteString.of(FrameText.next(in, START_BYTES)), new DeviceId(FrameText.next(in, 32)),
          ByteString.of(FrameText.next(in, Encounter.NONCE_BYTES)),
          ByteString.of(FrameText.next(in, Ed25519.SIGNATURE_BYTES)), in.get());
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not an answer: " + e.getMessage(), e);
    }
  }
}
