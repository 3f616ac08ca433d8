package klatch.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.SecureChannel;
import org.jspecify.annotations.Nullable;

/**
 * A session over a channel in memory. Its reader has a thread of its own, as always, but runs only while {@link #deliver} or {@link #settle}
 * waits for it, so that the same steps give the same run.
 */
final class SteppedSession implements SecureChannel, RawConnection, YamuxSession.Events {
  private static final int PATIENCE_SECONDS = 20;

  final YamuxSession session;
  final List<YamuxStream> inbound = new ArrayList<>();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Semaphore asked = new Semaphore(0);
  private final Semaphore given = new Semaphore(0);
  private volatile byte @Nullable [] next;
  private volatile byte[] plain = {};
  private volatile boolean closed;
  private volatile boolean outputEnded;
  private volatile boolean over;
  private volatile int timesEnded;
  private volatile @Nullable Throwable thrown;

  SteppedSession(boolean client, Limits limits, AtomicLong hostBytes) {
    session = new YamuxSession(this, new byte[0], client, limits, tasks::add, new BufferBudget(hostBytes), this);
    Thread.ofVirtual().start(() -> {
      try {
        session.run();
      } catch (RuntimeException | Error e) {
        thrown = e;
      } finally {
        over = true;
        asked.release();
      }
    });
    awaitReader();
  }

  /** Lets the reader have these bytes, and returns once it wants more or has ended. */
  void deliver(byte[] bytes) {
    for (int at = 0; at < bytes.length && !over; at += MAX_PLAIN_BYTES) {
      hand(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + MAX_PLAIN_BYTES)));
    }
    settle();
  }

  /** The peer ends its side. */
  void deliverEnd() {
    if (!over) {
      hand(null);
    }
    settle();
  }

  /** Runs what waits to be run: writes that were put off, and the reader's end once the connection is closed. */
  void settle() {
    do {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      if (closed && !over) {
        hand(null);
      }
    } while (!tasks.isEmpty());
    Throwable failure = thrown;
    if (failure != null) {
      throw new AssertionError("the reader failed", failure);
    }
  }

  private void hand(byte @Nullable [] bytes) {
    next = bytes;
    given.release();
    awaitReader();
  }

  private void awaitReader() {
    try {
      assertThat(asked.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the reader comes back").isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the session has written since the last time. */
  byte[] takeWritten() {
    byte[] bytes = written.toByteArray();
    written.reset();
    return bytes;
  }

  boolean over() {
    return over;
  }

  int timesEnded() {
    return timesEnded;
  }

  boolean outputEnded() {
    return outputEnded;
  }

  @Override
  public int read() throws IOException, MalformedMessageException {
    asked.release();
    given.acquireUninterruptibly();
    if (closed) {
      throw new ClosedChannelException();
    }
    byte[] bytes = next;
    if (bytes == null) {
      return -1;
    }
    plain = bytes;
    return bytes.length;
  }

  @Override
  public byte[] plain() {
    return plain;
  }

  @Override
  public void write(byte[] frame, int length) throws IOException {
    if (closed || outputEnded) {
      throw new ClosedChannelException();
    }
    assertThat(length).isBetween(YamuxFrame.HEADER_BYTES, MAX_PLAIN_BYTES);
    written.write(frame, HEAD_BYTES, length);
    Arrays.fill(frame, (byte) 0x55);
  }

  @Override
  public RawConnection raw() {
    return this;
  }

  @Override
  public void inboundStream(YamuxStream stream) {
    inbound.add(stream);
  }

  @Override
  public synchronized void ended(String reason) {
    timesEnded++;
  }

  @Override
  public void endOutput() {
    outputEnded = true;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Multiaddr remoteAddress() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Multiaddr localAddress() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return Optional.empty();
  }
}
