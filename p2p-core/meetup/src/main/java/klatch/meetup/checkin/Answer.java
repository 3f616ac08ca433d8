package klatch.meetup.checkin;

import klatch.libp2p.Ed25519;
import klatch.log.DeviceId;
import klatch.libp2p.Ed25519Key;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;

/**
 * An attendee's signed answer to a door's code. Its signature is already the one under the encounter: it covers the
 * door's nonce by its commitment.
 *
 * @param nonce 32 fresh random bytes of the attendee
 * @param epoch the step on the attendee's clock
 * @param signature 64 bytes
 */
public record Answer(DoorCode code, DeviceId attendee, ByteString nonce, long epoch, ByteString signature) {
  public Answer {
    if (nonce.length() != Encounter.NONCE_BYTES || signature.length() != Ed25519.SIGNATURE_BYTES) {
      throw new IllegalArgumentException("nonce and signature must be " + Encounter.NONCE_BYTES + " and "
          + Ed25519.SIGNATURE_BYTES + " bytes, not " + nonce.length() + " and " + signature.length());
    }
    Encounter.startMillis(epoch);
  }

  /** Signs an answer. The attendee's own epoch is not signed: it only tells the door that the clocks differ. */
  public static Answer sign(DoorCode code, Ed25519Key key, ByteString nonce, long nowMillis) {
    DeviceId attendee = DeviceId.of(key);
    byte[] signature = key.sign(signedBytes(code, attendee, nonce));
    return new Answer(code, attendee, nonce, Encounter.epochAt(nowMillis), ByteString.of(signature));
  }

  /** @return whether {@code attendee} signed it; takes one signature check */
  public boolean verified() {
    return Ed25519.verify(attendee.bytes(), signedBytes(code, attendee, nonce), signature.bytes());
  }

  /** What an attendee signs; also for one whose key is elsewhere. */
  public static byte[] signedBytes(DoorCode code, DeviceId attendee, ByteString nonce) {
    return Encounter.signedBytes(code.event(), code.door(), attendee, code.commitment(), nonce, code.epoch(),
        code.beacon());
  }
}
