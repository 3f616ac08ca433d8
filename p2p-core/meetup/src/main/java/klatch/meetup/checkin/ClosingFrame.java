package klatch.meetup.checkin;

import java.nio.ByteBuffer;
import java.util.Optional;
import klatch.libp2p.Ed25519;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.SignedEncounter;

/**
 * The last of three frames: what the answering device needs to hold the encounter too.
 *
 * @param epoch the code's step
 * @param answer the first {@link #START_BYTES} of the answering device's nonce
 * @param nonce that the code was committed to
 * @param signature by the device that showed the code
 */
public record ClosingFrame(EventId event, long epoch, ByteString answer, ByteString nonce, ByteString signature)
    implements
      Frame {
  /** Marks the text as the end of an exchange of this version. */
  public static final String PREFIX = "KLATCH:E1:";
  /** Enough to tell apart what one device has answered. */
  static final int START_BYTES = 8;

  private static final int BYTES = 32 + Long.BYTES + START_BYTES + Encounter.NONCE_BYTES + Ed25519.SIGNATURE_BYTES;

  public ClosingFrame {
    if (answer.length() != START_BYTES || nonce.length() != Encounter.NONCE_BYTES
        || signature.length() != Ed25519.SIGNATURE_BYTES) {
      throw new IllegalArgumentException("start of the answer's nonce, nonce and signature are " + answer.length()
          + ", " + nonce.length() + " and " + signature.length() + " bytes");
    }
    Encounter.startMillis(epoch);
  }

  static ClosingFrame of(SignedEncounter signed) {
    Encounter encounter = signed.encounter();
    return new ClosingFrame(encounter.event(), encounter.epoch(), FrameText.start(encounter.nonceB(), START_BYTES),
        encounter.nonceA(), signed.signatureA());
  }

  boolean isTo(Answer given) {
    return given.code().event().equals(event) && given.code().epoch() == epoch
        && FrameText.start(given.nonce(), START_BYTES).equals(answer);
  }

  /** The encounter that this makes of an answer it {@link #isTo}; empty when the proof does not hold. */
  Optional<SignedEncounter> complete(Answer given) {
    DoorCode code = given.code();
    SignedEncounter signed = new SignedEncounter(
        new Encounter(event, code.door(), given.attendee(), nonce, given.nonce(), epoch, code.beacon()), signature,
        given.signature());
    return Encounter.commitment(nonce).equals(code.commitment()) && signed.verified()
        ? Optional.of(signed)
        : Optional.empty();
  }

  /** 241 characters. */
  @Override
  public String text() {
    return PREFIX + Base32.encode(ByteBuffer.allocate(BYTES).put(event.bytes()).putLong(epoch).put(answer.bytes())
        .put(nonce.bytes()).put(signature.bytes()).array());
  }

  public static ClosingFrame parse(String text) throws MalformedMessageException {
    ByteBuffer in = FrameText.bytes(text, PREFIX, BYTES, "the end of an exchange");
    try {
      return new ClosingFrame(EventId.of(FrameText.next(in, 32)), in.getLong(),
          ByteString.of(FrameText.next(in, START_BYTES)), ByteString.of(FrameText.next(in, Encounter.NONCE_BYTES)),
          ByteString.of(FrameText.next(in, Ed25519.SIGNATURE_BYTES)));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not the end of an exchange: " + e.getMessage(), e);
    }
  }
}
