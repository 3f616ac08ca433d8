package klatch.libp2p.wire;

import java.util.ArrayDeque;

/** Bytes in order, in segments, so that many tiny pieces take no more room than one large one. Guarded by its owner's lock. */
public final class ByteQueue {
  private static final int MIN_SEGMENT_BYTES = 1024;

  private final ArrayDeque<byte[]> segments = new ArrayDeque<>();
  private int headStart;
  private int tailEnd;
  private int size;

  public int size() {
    return size;
  }

  public void append(byte[] bytes, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (segments.isEmpty() || tailEnd == segments.getLast().length) {
        segments.addLast(new byte[Math.max(left, MIN_SEGMENT_BYTES)]);
        tailEnd = 0;
      }
      byte[] tail = segments.getLast();
      int count = Math.min(left, tail.length - tailEnd);
      System.arraycopy(bytes, at, tail, tailEnd, count);
      tailEnd += count;
      at += count;
      left -= count;
    }
    size += length;
  }

  /** Moves up to {@code length} bytes out and says how many. */
  public int take(byte[] bytes, int offset, int length) {
    int taken = 0;
    while (taken < length && size > 0) {
      byte[] head = segments.getFirst();
      int end = segments.size() == 1 ? tailEnd : head.length;
      int count = Math.min(length - taken, end - headStart);
      System.arraycopy(head, headStart, bytes, offset + taken, count);
      headStart += count;
      taken += count;
      size -= count;
      if (headStart == end) {
        segments.removeFirst();
        headStart = 0;
      }
    }
    return taken;
  }

  public void clear() {
    segments.clear();
    headStart = 0;
    size = 0;
  }
}
