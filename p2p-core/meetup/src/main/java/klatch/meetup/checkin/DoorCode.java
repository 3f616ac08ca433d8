package klatch.meetup.checkin;

import java.nio.ByteBuffer;
import klatch.libp2p.PeerId;
import klatch.log.DeviceId;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;

/**
 * What begins an exchange: shown as a QR code, a new one every {@link Encounter#STEP_MILLIS} (docs/spec/checkin.md).
 *
 * @param door the device that shows it: a door of the event, or an attendee who is to meet one
 * @param epoch the step in which it is shown
 * @param commitment to a nonce that only the door knows, see {@link Encounter#commitment}
 * @param beacon see {@link Encounter}
 */
public record DoorCode(EventId event, DeviceId door, long epoch, ByteString commitment,
    ByteString beacon) implements Frame {
  /** Marks the text as a door's code of this version. */
  public static final String PREFIX = "KLATCH:C1:";

  private static final int BYTES = 4 * 32 + Long.BYTES;

  public DoorCode {
    if (commitment.length() != 32 || beacon.length() != Encounter.BEACON_BYTES) {
      throw new IllegalArgumentException("commitment and beacon must be 32 bytes each, not " + commitment.length()
          + " and " + beacon.length());
    }
    Encounter.startMillis(epoch);
  }

  /** 228 characters. */
  @Override
  public String text() {
    return PREFIX + Base32.encode(ByteBuffer.allocate(BYTES).put(event.bytes()).put(door.bytes()).putLong(epoch)
        .put(commitment.bytes()).put(beacon.bytes()).array());
  }

  public static DoorCode parse(String text) throws MalformedMessageException {
    ByteBuffer in = FrameText.bytes(text, PREFIX, BYTES, "a door's code");
    try {
      return new DoorCode(EventId.of(next32(in)), new DeviceId(next32(in)), in.getLong(), ByteString.of(next32(in)),
          ByteString.of(next32(in)));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not a door's code: " + e.getMessage(), e);
    }
  }

  private static byte[] next32(ByteBuffer in) {
    return FrameText.next(in, 32);
  }

  /** The libp2p peer behind the door: its id is made of the same key. */
  public PeerId peer() {
    return PeerId.of(door.bytes());
  }
}
