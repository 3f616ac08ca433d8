package klatch.libp2p.yamux;

import klatch.libp2p.MalformedMessageException;

/**
 * The 12-byte yamux header, big-endian: version, type, flags (2), stream id (4), length (4) (libp2p yamux). Held as the five numbers;
 * ids and lengths are unsigned.
 */
public record YamuxFrame(int type, int flags, int streamId, long length) {
  public static final String PROTOCOL = "/yamux/1.0.0";
  public static final int HEADER_BYTES = 12;

  public static final int DATA = 0;
  public static final int WINDOW_UPDATE = 1;
  public static final int PING = 2;
  public static final int GO_AWAY = 3;

  public static final int SYN = 1;
  public static final int ACK = 2;
  public static final int FIN = 4;
  public static final int RST = 8;

  /** Go-away codes. */
  public static final int NORMAL = 0;
  public static final int PROTOCOL_ERROR = 1;

  public void write(byte[] out, int at) {
    out[at] = 0;
    out[at + 1] = (byte) type;
    out[at + 2] = (byte) (flags >> 8);
    out[at + 3] = (byte) flags;
    putInt(out, at + 4, streamId);
    putInt(out, at + 8, (int) length);
  }

  public static YamuxFrame read(byte[] in, int at) throws MalformedMessageException {
    if (in[at] != 0) {
      throw new MalformedMessageException("yamux version " + in[at] + ", expected 0");
    }
    int type = in[at + 1] & 0xff;
    if (type > GO_AWAY) {
      throw new MalformedMessageException("yamux frame type " + type + ", 0 to 3");
    }
    int flags = (in[at + 2] & 0xff) << 8 | (in[at + 3] & 0xff);
    return new YamuxFrame(type, flags, getInt(in, at + 4), getInt(in, at + 8) & 0xffffffffL);
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  private static void putInt(byte[] out, int at, int value) {
    out[at] = (byte) (value >> 24);
    out[at + 1] = (byte) (value >> 16);
    out[at + 2] = (byte) (value >> 8);
    out[at + 3] = (byte) value;
  }

  private static int getInt(byte[] in, int at) {
    return (in[at] & 0xff) << 24 | (in[at + 1] & 0xff) << 16 | (in[at + 2] & 0xff) << 8 | (in[at + 3] & 0xff);
  }
}
