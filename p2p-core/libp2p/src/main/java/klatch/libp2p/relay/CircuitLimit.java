package klatch.libp2p.relay;

import java.time.Duration;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Protobuf;

/**
 * What a relay lets pass on one relayed connection: {@code Limit { uint32 duration = 1; uint64 data = 2 }}.
 *
 * @param duration whole seconds; zero is without end
 * @param bytes in each direction; zero is without end
 */
public record CircuitLimit(Duration duration, long bytes) {
  public static final CircuitLimit NONE = new CircuitLimit(Duration.ZERO, 0);
  private static final int DURATION = 1;
  private static final int DATA = 2;
  private static final long MAX_UINT32 = 0xffff_ffffL;

  public CircuitLimit {
    if (duration.isNegative() || duration.toMillisPart() != 0 || duration.toSeconds() > MAX_UINT32 || bytes < 0) {
      throw new IllegalArgumentException("limit of " + duration + " and " + bytes + " bytes: whole seconds up to "
          + MAX_UINT32 + " and no negative bytes");
    }
  }

  /** Whether there is none at all, which is told by leaving the message out. */
  public boolean isNone() {
    return duration.isZero() && bytes == 0;
  }

  byte[] encode() {
    return new Protobuf.Writer().number(DURATION, duration.toSeconds()).number(DATA, bytes).toByteArray();
  }

  static CircuitLimit decode(byte[] message) throws MalformedMessageException {
    long seconds = 0;
    long bytes = 0;
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case DURATION -> seconds = field.number();
        case DATA -> bytes = field.number();
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (seconds < 0 || seconds > MAX_UINT32 || bytes < 0) {
      throw new MalformedMessageException(
          "limit of " + Long.toUnsignedString(seconds) + " s and " + Long.toUnsignedString(bytes) + " bytes, at most "
              + MAX_UINT32 + " s and " + Long.MAX_VALUE + " bytes");
    }
    return new CircuitLimit(Duration.ofSeconds(seconds), bytes);
  }
}
