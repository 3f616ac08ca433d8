package klatch.libp2p.gossipsub;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import klatch.libp2p.MalformedMessageException;

/** Cuts a stream into RPCs, each behind its length. Its buffer is small while the stream is idle, and grows only as bytes arrive. */
final class RpcInput {
  private static final int IDLE_BYTES = 1024;
  /** A buffer up to this size is kept for the next RPC. */
  private static final int KEPT_BYTES = 64 * 1024;

  private final InputStream in;
  private byte[] buffer = new byte[IDLE_BYTES];
  private int start;
  private int end;

  RpcInput(InputStream in) {
    this.in = in;
  }

  /** The next RPC, whole; null at the end of the stream. */
  byte @org.jspecify.annotations.Nullable [] next() throws IOException, MalformedMessageException {
    int length = length();
    if (length < 0) {
      return null;
    }
    byte[] rpc = new byte[Math.min(length, KEPT_BYTES)];
    int have = 0;
    while (have < length) {
      if (have == rpc.length) {
        rpc = Arrays.copyOf(rpc, Math.min(length, 2 * rpc.length));
      }
      int count = take(rpc, have);
      if (count < 0) {
        throw new EOFException("the stream ended inside an RPC, after " + have + " of " + length + " bytes");
      }
      have += count;
    }
    if (start == end && buffer.length > KEPT_BYTES) {
      buffer = new byte[IDLE_BYTES];
    }
    return rpc;
  }

  private int take(byte[] target, int offset) throws IOException {
    int room = target.length - offset;
    if (start == end) {
      // Large remainders need not go through the buffer.
      if (room >= buffer.length) {
        return in.read(target, offset, room);
      }
      if (!fill()) {
        return -1;
      }
    }
    int count = Math.min(room, end - start);
    System.arraycopy(buffer, start, target, offset, count);
    start += count;
    return count;
  }

  private boolean fill() throws IOException {
    // A full buffer last time: there is more where that came from.
    if (end == buffer.length && buffer.length < KEPT_BYTES) {
      buffer = new byte[2 * buffer.length];
    }
    start = 0;
    end = 0;
    int count = in.read(buffer, 0, buffer.length);
    end = Math.max(count, 0);
    return count > 0;
  }

  /** -1 at the end of the stream. */
  private int length() throws IOException, MalformedMessageException {
    int value = 0;
    for (int shift = 0; shift <= 21; shift += 7) {
      if (start == end && !fill()) {
        if (shift == 0) {
          return -1;
        }
        throw new EOFException("the stream ended inside the length of an RPC");
      }
      int b = buffer[start++] & 0xff;
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        if (value > RpcBounds.RPC_BYTES) {
          throw new MalformedMessageException("RPC of " + value + " bytes, at most " + RpcBounds.RPC_BYTES);
        }
        return value;
      }
    }
    throw new MalformedMessageException("length of an RPC over four bytes, at most " + RpcBounds.RPC_BYTES);
  }
}
