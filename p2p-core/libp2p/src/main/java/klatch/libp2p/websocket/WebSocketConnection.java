package klatch.libp2p.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.transport.LayeredConnection;
import klatch.libp2p.transport.RawBytes;
import klatch.libp2p.yamux.FloodGauge;

/**
 * A WebSocket as a byte stream (RFC 6455, section 5): binary frames whose borders mean nothing. One thread reads, others write under {@code writing};
 * the reader answers pings there too.
 */
final class WebSocketConnection extends LayeredConnection {
  /** Longest frame read; its bytes are handed on as they come, so it costs no memory. */
  static final long MAX_FRAME_BYTES = 64L * 1024 * 1024;
  /** Longest payload of a control frame. */
  private static final int MAX_CONTROL_BYTES = 125;
  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int MASK_BYTES = 4;
  private static final int MAX_HEADER_BYTES = 14;
  /** Length codes for lengths of two and of eight bytes. */
  private static final int SHORT_LENGTH = 126;
  private static final int LONG_LENGTH = 127;
  private static final int NORMAL_CLOSURE = 1000;
  private static final int PROTOCOL_ERROR = 1002;
  /** Control and empty frames a peer may send at once, and how many more each second. */
  private static final int IDLE_FRAME_BURST = 500;
  private static final int IDLE_FRAMES_PER_SECOND = 50;

  private final RawBytes bytes;
  private final boolean client;
  private final ReentrantLock writing = new ReentrantLock();
  /** Masks keep chosen bytes from looking like HTTP to a proxy; what is sent here is encrypted, so nobody chooses them. */
  private final SplittableRandom masks = new SplittableRandom();
  private final FloodGauge flood = new FloodGauge(IDLE_FRAME_BURST, IDLE_FRAMES_PER_SECOND);
  private final byte[] mask = new byte[MASK_BYTES];
  private boolean masked;
  private long left;
  private int maskAt;
  private boolean fragmented;
  private boolean ended;
  private boolean closeSent;

  WebSocketConnection(RawBytes bytes, boolean client) {
    super(bytes.connection());
    this.bytes = bytes;
    this.client = client;
  }

  // ---- reading ----

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      while (left == 0) {
        if (ended || !nextFrame()) {
          return -1;
        }
      }
    } catch (MalformedMessageException e) {
      sendClose(PROTOCOL_ERROR);
      throw new IOException(e.getMessage(), e);
    }
    int at = bytes.require(1);
    if (at < 0) {
      throw new EOFException("connection ended inside a WebSocket frame");
    }
    int count = (int) Math.min(Math.min(length, bytes.buffered()), left);
    System.arraycopy(bytes.buffer(), at, target, offset, count);
    bytes.consume(count);
    unmask(target, offset, count);
    left -= count;
    return count;
  }

  /** Reads headers up to a data frame with bytes; false at the end. */
  private boolean nextFrame() throws IOException, MalformedMessageException {
    int at = bytes.require(2);
    if (at < 0) {
      return false;
    }
    int first = bytes.buffer()[at] & 0xff;
    int second = bytes.buffer()[at + 1] & 0xff;
    bytes.consume(2);
    int opcode = first & 0x0f;
    boolean last = (first & FINAL) != 0;
    if ((first & 0x70) != 0) {
      throw new MalformedMessageException("WebSocket frame with reserved bits");
    }
    masked = (second & MASKED) != 0;
    if (masked == client) {
      throw new MalformedMessageException(client ? "masked frame from a server" : "unmasked frame from a client");
    }
    long length = length(second & ~MASKED);
    readMask();
    if (opcode >= CLOSE) {
      control(opcode, last, length);
      return !ended;
    }
    data(opcode, last, length);
    return true;
  }

  private void data(int opcode, boolean last, long length) throws MalformedMessageException {
    if (opcode != CONTINUATION && opcode != BINARY) {
      throw new MalformedMessageException("WebSocket frame of type " + opcode + ", only binary ones are taken");
    }
    if ((opcode == CONTINUATION) != fragmented) {
      throw new MalformedMessageException("WebSocket fragments out of order");
    }
    if (length == 0) {
      flood.count("empty WebSocket frames");
    }
    fragmented = !last;
    left = length;
  }

  private void control(int opcode, boolean last, long length) throws IOException, MalformedMessageException {
    if (!last || length > MAX_CONTROL_BYTES) {
      throw new MalformedMessageException("WebSocket control frame of " + length + " bytes, or in pieces");
    }
    flood.count("WebSocket control frames");
    byte[] payload = new byte[(int) length];
    int at = require(payload.length);
    System.arraycopy(bytes.buffer(), at, payload, 0, payload.length);
    bytes.consume(payload.length);
    unmask(payload, 0, payload.length);
    switch (opcode) {
      case CLOSE -> {
        ended = true;
        sendClose(NORMAL_CLOSURE);
      }
      case PING -> frame(PONG, payload, 0, payload.length);
      case PONG -> {
        // Nobody asked, or somebody did: nothing to do.
      }
      default -> throw new MalformedMessageException("WebSocket control frame of type " + opcode);
    }
  }

  private long length(int code) throws IOException, MalformedMessageException {
    if (code < SHORT_LENGTH) {
      return code;
    }
    int size = code == LONG_LENGTH ? Long.BYTES : Short.BYTES;
    int at = require(size);
    long length = 0;
    for (int i = 0; i < size; i++) {
      length = length << 8 | (bytes.buffer()[at + i] & 0xff);
    }
    bytes.consume(size);
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new MalformedMessageException("WebSocket frame of " + Long.toUnsignedString(length) + " bytes, at most "
          + MAX_FRAME_BYTES);
    }
    return length;
  }

  private void readMask() throws IOException {
    maskAt = 0;
    if (masked) {
      int at = require(MASK_BYTES);
      System.arraycopy(bytes.buffer(), at, mask, 0, MASK_BYTES);
      bytes.consume(MASK_BYTES);
    }
  }

  private int require(int count) throws IOException {
    int at = bytes.require(count);
    if (at < 0) {
      throw new EOFException("connection ended inside a WebSocket frame");
    }
    return at;
  }

  private void unmask(byte[] target, int offset, int count) {
    if (masked) {
      for (int i = 0; i < count; i++) {
        target[offset + i] ^= mask[maskAt++ & 3];
      }
    }
  }

  // ---- writing ----

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    frame(BINARY, source, offset, length);
  }

  private void frame(int opcode, byte[] source, int offset, int length) throws IOException {
    byte[] frame = new byte[MAX_HEADER_BYTES + length];
    int at = header(frame, opcode, length);
    System.arraycopy(source, offset, frame, at, length);
    writing.lock();
    try {
      if (client) {
        int key = masks.nextInt();
        for (int i = 0; i < MASK_BYTES; i++) {
          frame[at - MASK_BYTES + i] = (byte) (key >> (8 * i));
        }
        for (int i = 0; i < length; i++) {
          frame[at + i] ^= frame[at - MASK_BYTES + (i & 3)];
        }
      }
      bytes.write(frame, 0, at + length);
    } finally {
      writing.unlock();
    }
  }

  /** Writes the header, leaving room for a mask if there has to be one; gives the offset behind. */
  private int header(byte[] frame, int opcode, int length) {
    int maskBit = client ? MASKED : 0;
    frame[0] = (byte) (FINAL | opcode);
    int at = 2;
    if (length < SHORT_LENGTH) {
      frame[1] = (byte) (maskBit | length);
    } else if (length <= 0xffff) {
      frame[1] = (byte) (maskBit | SHORT_LENGTH);
      frame[at++] = (byte) (length >> 8);
      frame[at++] = (byte) length;
    } else {
      frame[1] = (byte) (maskBit | LONG_LENGTH);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame[at++] = (byte) ((long) length >> shift);
      }
    }
    return client ? at + MASK_BYTES : at;
  }

  private void sendClose(int code) throws IOException {
    writing.lock();
    try {
      if (closeSent) {
        return;
      }
      closeSent = true;
    } finally {
      writing.unlock();
    }
    frame(CLOSE, new byte[]{(byte) (code >> 8), (byte) code}, 0, 2);
  }

  @Override
  public void endOutput() throws IOException {
    sendClose(NORMAL_CLOSURE);
    super.endOutput();
  }

  // ---- the connection underneath ----

  @Override
  public Multiaddr remoteAddress() {
    return WebSocketTransport.webSocket(super.remoteAddress());
  }

  @Override
  public Multiaddr localAddress() {
    return WebSocketTransport.webSocket(super.localAddress());
  }

  @Override
  public void closeGently() {
    try {
      sendClose(NORMAL_CLOSURE);
    } catch (IOException e) {
      // Gone without a word.
    }
    super.closeGently();
  }
}
