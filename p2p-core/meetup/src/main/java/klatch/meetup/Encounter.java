package klatch.meetup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import klatch.log.DeviceId;

/**
 * What two devices sign when they meet at an event (docs/spec/checkin.md). A showed a code, B answered it.
 *
 * @param nonceA 32 bytes; A's code carried their SHA-256 and A gave them away only after B had signed
 * @param nonceB 32 bytes
 * @param epoch the five-second step of A's code: its start is {@code epoch * STEP_MILLIS} after 1970
 * @param beacon 32 bytes that nobody knew long before, such as the newest block's hash; zeros when there is none
 */
public record Encounter(EventId event, DeviceId keyA, DeviceId keyB, ByteString nonceA, ByteString nonceB, long epoch,
    ByteString beacon) {
  /** A code is shown for one step. */
  public static final long STEP_MILLIS = 5_000;
  /** Too long to guess, and the size of the hash that commits to it. */
  public static final int NONCE_BYTES = 32;
  /** The size of a block hash. */
  public static final int BEACON_BYTES = 32;

  /** The size of {@link #digest}. */
  public static final int DIGEST_BYTES = 32;

  private static final byte[] DOMAIN = "klatch-encounter-1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMITMENT_DOMAIN = "klatch-nonce-1".getBytes(StandardCharsets.US_ASCII);

  public Encounter {
    Limits.length(nonceA, NONCE_BYTES, "nonce of A");
    Limits.length(nonceB, NONCE_BYTES, "nonce of B");
    Limits.length(beacon, BEACON_BYTES, "beacon");
    Limits.time(startMillis(epoch), "epoch");
    if (keyA.equals(keyB)) {
      throw new IllegalArgumentException("an encounter has two devices, not " + keyA + " with itself");
    }
  }

  /** The step that {@code millis} lies in. */
  public static long epochAt(long millis) {
    return Math.floorDiv(millis, STEP_MILLIS);
  }

  /** The first millisecond of a step. */
  public static long startMillis(long epoch) {
    Limits.within(epoch, 0, Long.MAX_VALUE / STEP_MILLIS, "epoch");
    return epoch * STEP_MILLIS;
  }

  /** What a code carries of its nonce: SHA-256("klatch-nonce-1" ‖ nonce). */
  public static ByteString commitment(ByteString nonce) {
    return ByteString.of(Sha256.of(COMMITMENT_DOMAIN, nonce.bytes()));
  }

  /** The bytes both devices sign. */
  public byte[] signedBytes() {
    return signedBytes(event, keyA, keyB, commitment(nonceA), nonceB, epoch, beacon);
  }

  /** The same bytes from what B knows when it signs first: the commitment to A's nonce. */
  public static byte[] signedBytes(EventId event, DeviceId keyA, DeviceId keyB, ByteString commitmentA,
      ByteString nonceB, long epoch, ByteString beacon) {
    return ByteBuffer.allocate(DOMAIN.length + 6 * 32 + Long.BYTES).put(DOMAIN).put(event.bytes()).put(keyA.bytes())
        .put(keyB.bytes()).put(commitmentA.bytes()).put(nonceB.bytes()).putLong(epoch).put(beacon.bytes()).array();
  }

  /** What stands for this encounter elsewhere: SHA-256 of {@link #signedBytes()}. */
  public ByteString digest() {
    return ByteString.of(Sha256.of(signedBytes()));
  }

  /** @return whether {@code device} is one of the two */
  public boolean has(DeviceId device) {
    return keyA.equals(device) || keyB.equals(device);
  }
}
