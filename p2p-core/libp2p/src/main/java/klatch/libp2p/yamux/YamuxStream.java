package klatch.libp2p.yamux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import klatch.libp2p.ConnectionClosedException;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.StreamResetException;
import klatch.libp2p.wire.ByteQueue;
import org.jspecify.annotations.Nullable;

/**
 * One yamux stream (libp2p yamux). The session's reader delivers into it and never waits for it; an application thread reads, another
 * writes. {@code lock} guards everything; {@code writing} keeps one thread's frames in order up to its FIN.
 */
public final class YamuxStream {
  private static final long MAX_SEND_WINDOW = 0xffffffffL;
  /** A window that drains within this many round trips was too small. */
  private static final int GROW_WITHIN_ROUND_TRIPS = 4;

  private final YamuxSession session;
  private final int id;
  private final boolean inbound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final ReentrantLock writing = new ReentrantLock();
  private final ByteQueue received = new ByteQueue();
  private long receiveWindow = Limits.INITIAL_WINDOW_BYTES;
  private int windowBytes = Limits.INITIAL_WINDOW_BYTES;
  private int consumed;
  private long lastUpdateNanos = System.nanoTime();
  private long sendWindow = Limits.INITIAL_WINDOW_BYTES;
  /** SYN or ACK that the next frame has to carry. */
  private int openingFlag;
  private boolean acknowledged;
  private boolean remoteFinished;
  private boolean locallyFinished;
  private boolean readingGivenUp;
  private @Nullable IOException failure;
  private long timeoutNanos;
  /** An inbound stream keeps its place until its handler is done and both sides have ended it. */
  private final AtomicInteger holds = new AtomicInteger(2);

  public YamuxStream(YamuxSession session, int id, boolean inbound) {
    this.session = session;
    this.id = id;
    this.inbound = inbound;
    this.openingFlag = inbound ? YamuxFrame.ACK : YamuxFrame.SYN;
    this.acknowledged = inbound;
  }

  public int id() {
    return id;
  }

  /** Lets go of the stream's place, from one of two sides; true for the second one. */
  public boolean releasesPlace() {
    return holds.decrementAndGet() == 0;
  }

  public boolean inbound() {
    return inbound;
  }

  public void timeout(Duration perOperation) {
    if (perOperation.isNegative()) {
      throw new IllegalArgumentException("negative timeout " + perOperation);
    }
    lock.lock();
    try {
      timeoutNanos = perOperation.toNanos();
    } finally {
      lock.unlock();
    }
  }

  // ---- called by the session's reader ----

  /** Whether a frame with these flags and without bytes says anything that was not known. */
  public boolean isNews(int flags) {
    lock.lock();
    try {
      return (flags & (YamuxFrame.SYN | YamuxFrame.RST)) != 0 || ((flags & YamuxFrame.ACK) != 0 && !acknowledged)
          || ((flags & YamuxFrame.FIN) != 0 && !remoteFinished);
    } finally {
      lock.unlock();
    }
  }

  /** Takes note of a data frame before its payload; a peer that sends more than it was granted breaks the protocol. */
  public void announce(long length) throws MalformedMessageException {
    lock.lock();
    try {
      if (remoteFinished && length > 0) {
        throw new MalformedMessageException("data on stream " + Integer.toUnsignedString(id) + " behind its end");
      }
      if (length > receiveWindow) {
        throw new MalformedMessageException(
            "data frame of " + length + " bytes on stream " + Integer.toUnsignedString(id) + ", window "
                + receiveWindow);
      }
      receiveWindow -= length;
    } finally {
      lock.unlock();
    }
  }

  public void deliver(byte[] bytes, int offset, int length) {
    boolean fits = true;
    lock.lock();
    try {
      if (failure != null || readingGivenUp) {
        return;
      }
      fits = session.budget().take(length);
      if (fits) {
        received.append(bytes, offset, length);
        readable.signal();
      }
    } finally {
      lock.unlock();
    }
    if (!fits) {
      reset("the peer sent more than this host can hold unread");
    }
  }

  public void remoteFinished() {
    lock.lock();
    try {
      remoteFinished = true;
      readable.signalAll();
    } finally {
      lock.unlock();
    }
    endIfFinished();
  }

  public void acknowledged() {
    lock.lock();
    try {
      if (!acknowledged) {
        acknowledged = true;
        session.streamAcknowledged();
      }
    } finally {
      lock.unlock();
    }
  }

  public void granted(long delta) throws MalformedMessageException {
    lock.lock();
    try {
      if (sendWindow + delta > MAX_SEND_WINDOW) {
        throw new MalformedMessageException(
            "window update of " + delta + " on top of " + sendWindow + ", at most " + MAX_SEND_WINDOW);
      }
      sendWindow += delta;
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends both directions without telling the peer; the first cause stays. */
  public void fail(IOException cause) {
    lock.lock();
    try {
      if (failure != null) {
        return;
      }
      failure = cause;
      // What arrived before a connection broke can still be read, but no longer counts against the host.
      session.budget().give(received.size());
      if (cause instanceof StreamResetException) {
        received.clear();
      }
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    leave();
  }

  // ---- called by applications ----

  public void reset(String reason) {
    lock.lock();
    try {
      if (failure != null) {
        return;
      }
      if (remoteFinished && locallyFinished) {
        // There is nobody left to tell, but what nobody will read must not count any longer.
        giveUpReading();
        return;
      }
    } finally {
      lock.unlock();
    }
    fail(new StreamResetException(reason));
    session.control(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0));
  }

  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int count;
    long update;
    lock.lock();
    try {
      await(readable, () -> received.size() > 0 || failure != null || remoteFinished || readingGivenUp, "read");
      if (received.size() == 0) {
        if (failure != null) {
          throw again(failure);
        }
        if (readingGivenUp) {
          throw new IOException("this stream is closed");
        }
        return -1;
      }
      count = received.take(bytes, offset, length);
      if (failure == null) {
        session.budget().give(count);
      }
      consumed += count;
      update = windowUpdate();
    } finally {
      lock.unlock();
    }
    if (update > 0) {
      session.control(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, takeOpeningFlag(), id, update));
    }
    return count;
  }

  public int available() {
    lock.lock();
    try {
      return received.size();
    } finally {
      lock.unlock();
    }
  }

  /** What to grant the peer now; 0 while less than half of the window is used up. */
  private long windowUpdate() {
    if (consumed < windowBytes / 2 || remoteFinished || failure != null) {
      return 0;
    }
    long now = System.nanoTime();
    int grown = Math.min(2 * windowBytes, Limits.MAX_WINDOW_BYTES) - windowBytes;
    boolean fast = now - lastUpdateNanos < GROW_WITHIN_ROUND_TRIPS * session.roundTripNanos();
    if (!fast || grown == 0 || !session.budget().grow(grown)) {
      grown = 0;
    }
    long delta = (long) consumed + grown;
    windowBytes += grown;
    receiveWindow += delta;
    consumed = 0;
    lastUpdateNanos = now;
    return delta;
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    writing.lock();
    try {
      int at = offset;
      int left = length;
      while (left > 0) {
        // An interrupted thread that touches the socket would close the whole connection.
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted before a write");
        }
        int count = reserve(Math.min(left, YamuxSession.MAX_DATA_BYTES));
        session.data(id, takeOpeningFlag(), bytes, at, count);
        at += count;
        left -= count;
      }
    } finally {
      writing.unlock();
    }
  }

  /** Waits for window and takes up to {@code wanted} of it. */
  private int reserve(int wanted) throws IOException {
    lock.lock();
    try {
      await(writable, () -> sendWindow > 0 || failure != null || locallyFinished, "write");
      if (failure != null) {
        throw again(failure);
      }
      if (locallyFinished) {
        throw new IOException("the writing side of this stream is closed");
      }
      int count = (int) Math.min(wanted, sendWindow);
      sendWindow -= count;
      return count;
    } finally {
      lock.unlock();
    }
  }

  private int takeOpeningFlag() {
    lock.lock();
    try {
      int flag = openingFlag;
      openingFlag = 0;
      return flag;
    } finally {
      lock.unlock();
    }
  }

  public void closeWrite() {
    writing.lock();
    try {
      finish();
    } finally {
      writing.unlock();
    }
    endIfFinished();
  }

  private void finish() {
    lock.lock();
    try {
      if (locallyFinished || failure != null) {
        return;
      }
      locallyFinished = true;
    } finally {
      lock.unlock();
    }
    session.control(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, takeOpeningFlag() | YamuxFrame.FIN, id, 0));
  }

  public void close() {
    // A writer in the middle of its bytes cannot be followed by an honest FIN.
    if (!writing.tryLock()) {
      reset("closed while another thread was writing");
      return;
    }
    try {
      finish();
    } finally {
      writing.unlock();
    }
    lock.lock();
    try {
      giveUpReading();
    } finally {
      lock.unlock();
    }
    endIfFinished();
    session.expectEnd(this);
  }

  private void giveUpReading() {
    readingGivenUp = true;
    if (failure == null) {
      session.budget().give(received.size());
    }
    received.clear();
    readable.signalAll();
  }

  private void endIfFinished() {
    boolean over;
    lock.lock();
    try {
      over = remoteFinished && locallyFinished;
    } finally {
      lock.unlock();
    }
    if (over) {
      leave();
    }
  }

  private void leave() {
    if (session.forget(this)) {
      lock.lock();
      try {
        session.budget().shrink(windowBytes - Limits.INITIAL_WINDOW_BYTES);
        if (!acknowledged) {
          acknowledged = true;
          session.streamAcknowledged();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void await(Condition condition, BooleanSupplier ready, String operation) throws IOException {
    long deadline = System.nanoTime() + timeoutNanos;
    try {
      while (!ready.getAsBoolean()) {
        if (timeoutNanos == 0) {
          // Not a very long wait: a timer for each read would cost more than the read.
          condition.await();
          continue;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new SocketTimeoutException(
              operation + " took longer than " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
        }
        condition.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted in a " + operation);
    }
  }

  /** A copy for the thread that asks, with its own stack trace. */
  private static IOException again(IOException cause) {
    return cause instanceof StreamResetException
        ? new StreamResetException(String.valueOf(cause.getMessage()))
        : new ConnectionClosedException(String.valueOf(cause.getMessage()));
  }
}
