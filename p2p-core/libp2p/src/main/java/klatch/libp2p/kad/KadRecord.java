package klatch.libp2p.kad;

import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Protobuf;

/**
 * A value under a key: {@code Record { bytes key = 1; bytes value = 2; string timeReceived = 5 }}.
 *
 * @param timeReceived RFC 3339, set by whoever stores it and never trusted; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content below.
record KadRecord(byte[] key, byte[] value, String timeReceived) {
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int TIME_RECEIVED = 5;

  byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer().bytes(KEY, key).bytes(VALUE, value);
    if (!timeReceived.isEmpty()) {
      message.text(TIME_RECEIVED, timeReceived);
    }
    return message.toByteArray();
  }

  static KadRecord decode(byte[] message) throws MalformedMessageException {
    byte[] key = {};
    byte[] value = {};
    String timeReceived = "";
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case KEY -> key = field.array();
        case VALUE -> value = field.array();
        case TIME_RECEIVED -> timeReceived = field.text();
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    return new KadRecord(key, value, timeReceived);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KadRecord that && Arrays.equals(key, that.key) && Arrays.equals(value, that.value)
        && timeReceived.equals(that.timeReceived);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }
}
