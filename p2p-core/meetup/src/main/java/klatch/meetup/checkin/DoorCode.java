package klatch.meetup.checkin;

import java.nio.ByteBuffer;
import klatch.libp2p.PeerId;
import klatch.log.DeviceId;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;

/**
 * What a door shows as a QR code, a new one every {@link Encounter#STEP_MILLIS} (docs/spec/checkin.md).
 *
 * @param epoch the step in which it is shown
 * @param commitment to a nonce that only the door knows, see {@link Encounter#commitment}
 * @param beacon see {@link Encounter}
 */
public record DoorCode(EventId event, DeviceId door, long epoch, ByteString commitment, ByteString beacon) {
  /** Marks the text as a door's code of this version. */
  public static final String PREFIX = "KLATCH:C1:";
  /** Larger QR codes are slow to read from a phone's screen. */
  public static final int TEXT_CHARS = 300;

  private static final int BYTES = 4 * 32 + Long.BYTES;

  public DoorCode {
    if (commitment.length() != 32 || beacon.length() != Encounter.BEACON_BYTES) {
      throw new IllegalArgumentException("commitment and beacon must be 32 bytes each, not " + commitment.length()
          + " and " + beacon.length());
    }
    Encounter.startMillis(epoch);
  }

  /** Upper-case text for a QR code, 228 characters. */
  public String text() {
    return PREFIX + Base32.encode(ByteBuffer.allocate(BYTES).put(event.bytes()).put(door.bytes()).putLong(epoch)
        .put(commitment.bytes()).put(beacon.bytes()).array());
  }

  /** Reads {@link #text()} from a scanner, a link or a keyboard. */
  public static DoorCode parse(String text) throws MalformedMessageException {
    String trimmed = text.strip();
    if (trimmed.length() > TEXT_CHARS) {
      throw new MalformedMessageException(
          "a door's code has at most " + TEXT_CHARS + " characters, not " + trimmed.length());
    }
    if (!trimmed.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
      throw new MalformedMessageException("not a door's code: it does not start with " + PREFIX);
    }
    byte[] bytes = Base32.decode(trimmed.substring(PREFIX.length()));
    if (bytes.length != BYTES) {
      throw new MalformedMessageException("a door's code holds " + BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return new DoorCode(EventId.of(next32(in)), new DeviceId(next32(in)), in.getLong(), ByteString.of(next32(in)),
          ByteString.of(next32(in)));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not a door's code: " + e.getMessage(), e);
    }
  }

  private static byte[] next32(ByteBuffer in) {
    byte[] bytes = new byte[32];
    in.get(bytes);
    return bytes;
  }

  /** The libp2p peer behind the door: its id is made of the same key. */
  public PeerId peer() {
    return PeerId.of(door.bytes());
  }
}
