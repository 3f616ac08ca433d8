package klatch.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.MalformedMessageException;

/** The little of protobuf that libp2p messages use: varint, fixed64 and length-delimited fields. */
public final class Protobuf {
  /** Fields of one message; an identify message with 25 addresses and 100 protocols has 130. */
  private static final int MAX_FIELDS = 1024;
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int FIXED32 = 5;

  private Protobuf() {
  }

  /**
   * One field as read. {@code number} is that of a varint field, never negative; {@code bytes} are those of a length-delimited field, or the
   * eight of a fixed64 field, which so is no number by mistake. The other one is empty.
   */
  public record Field(int tag, long number, ByteBuffer bytes) {
    public byte[] array() {
      byte[] array = new byte[bytes.remaining()];
      bytes.duplicate().get(array);
      return array;
    }

    /** All 64 bits of a fixed64 field; 0 if it is none. */
    public long fixed64() {
      return bytes.remaining() == Long.BYTES
          ? bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong()
          : 0;
    }

    public String text() {
      return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
  }

  /** All fields in order; groups are refused, fields of four bytes skipped. */
  public static List<Field> read(byte[] message) throws MalformedMessageException {
    return read(ByteBuffer.wrap(message));
  }

  public static List<Field> read(ByteBuffer in) throws MalformedMessageException {
    List<Field> fields = new ArrayList<>();
    ByteBuffer none = ByteBuffer.allocate(0);
    while (in.hasRemaining()) {
      long key = Varint.read(in);
      int tag = (int) (key >>> 3);
      if (key >>> 3 == 0 || key >>> 3 > 0x1fffffff || fields.size() == MAX_FIELDS) {
        throw new MalformedMessageException(
            "protobuf field number " + (key >>> 3) + " after " + fields.size() + " fields, at most " + MAX_FIELDS);
      }
      switch ((int) (key & 7)) {
        case VARINT -> fields.add(new Field(tag, Varint.read(in), none));
        case DELIMITED -> fields.add(new Field(tag, 0, take(in, Varint.read(in))));
        case FIXED64 -> fields.add(new Field(tag, 0, take(in, Long.BYTES)));
        case FIXED32 -> take(in, Integer.BYTES);
        default -> throw new MalformedMessageException("protobuf wire type " + (key & 7));
      }
    }
    return fields;
  }

  private static ByteBuffer take(ByteBuffer in, long length) throws MalformedMessageException {
    if (length > in.remaining()) {
      throw new MalformedMessageException("protobuf field of " + length + " bytes, " + in.remaining() + " left");
    }
    ByteBuffer slice = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return slice;
  }

  /** Writes fields in the order they are given. */
  public static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public Writer number(int tag, long value) {
      out.writeBytes(Varint.encode((long) tag << 3 | VARINT));
      out.writeBytes(Varint.encode(value));
      return this;
    }

    /** Eight bytes, all 64 bits of {@code value}. */
    public Writer fixed64(int tag, long value) {
      out.writeBytes(Varint.encode((long) tag << 3 | FIXED64));
      out.writeBytes(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    public Writer bytes(int tag, byte[] value) {
      out.writeBytes(Varint.encode((long) tag << 3 | DELIMITED));
      out.writeBytes(Varint.encode(value.length));
      out.writeBytes(value);
      return this;
    }

    public Writer text(int tag, String value) {
      return bytes(tag, value.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] toByteArray() {
      return out.toByteArray();
    }
  }
}
