package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;

/** Walks over the fields of a protobuf message without copying. */
final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final byte[] bytes;
  private final int limit;
  private int position;
  private int tag;
  private int type;
  private int start;
  private int end;
  private long number;

  WireReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = from;
    this.limit = to;
  }

  boolean hasMore() {
    return position < limit;
  }

  int position() {
    return position;
  }

  /** Reads the next field whole. */
  void next() throws MalformedMessageException {
    long field = varint();
    if (field >>> 3 == 0 || field >>> 3 > 0x1fffffff) {
      throw new MalformedMessageException("protobuf field number " + (field >>> 3));
    }
    tag = (int) (field >>> 3);
    type = (int) (field & 7);
    switch (type) {
      case VARINT -> number = varint();
      case DELIMITED -> take(varint());
      case FIXED64 -> take(Long.BYTES);
      case FIXED32 -> take(Integer.BYTES);
      default -> throw new MalformedMessageException("protobuf wire type " + type);
    }
  }

  private void take(long length) throws MalformedMessageException {
    if (length < 0 || length > limit - position) {
      throw new MalformedMessageException("protobuf field of " + length + " bytes, " + (limit - position) + " left");
    }
    start = position;
    end = position + (int) length;
    position = end;
  }

  private long varint() throws MalformedMessageException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (position >= limit) {
        throw new MalformedMessageException("protobuf varint cut short");
      }
      int b = bytes[position++] & 0xff;
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        // Another implementation would write it shorter, and then sign other bytes.
        if (b == 0 && shift > 0) {
          throw new MalformedMessageException("protobuf varint not in its shortest form");
        }
        return value;
      }
    }
    throw new MalformedMessageException("protobuf varint longer than 10 bytes");
  }

  int tag() {
    return tag;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  void requireBytes() throws MalformedMessageException {
    if (type != DELIMITED) {
      throw new MalformedMessageException("protobuf field " + tag + " of wire type " + type + ", expected bytes");
    }
  }

  long number() throws MalformedMessageException {
    if (type != VARINT) {
      throw new MalformedMessageException("protobuf field " + tag + " of wire type " + type + ", expected a number");
    }
    return number;
  }

  byte[] array() throws MalformedMessageException {
    requireBytes();
    return Arrays.copyOfRange(bytes, start, end);
  }

  String text(int maxBytes) throws MalformedMessageException {
    requireBytes();
    if (end - start > maxBytes) {
      throw new MalformedMessageException("text of " + (end - start) + " bytes, at most " + maxBytes);
    }
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  WireReader nested() throws MalformedMessageException {
    requireBytes();
    return new WireReader(bytes, start, end);
  }
}
