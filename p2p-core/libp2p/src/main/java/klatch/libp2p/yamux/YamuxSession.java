package klatch.libp2p.yamux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import klatch.libp2p.ConnectionClosedException;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.SecureChannel;
import org.jspecify.annotations.Nullable;

/**
 * A yamux session over a secure channel (libp2p yamux). {@link #run()} reads on one thread and never waits for an application or for the
 * socket to take bytes; everybody else writes, one at a time, under {@code writeLock}.
 */
public final class YamuxSession {
  /** Our own data frames: with the header they fill one Noise message, and stay under the 64 KiB that every muxer takes. */
  public static final int MAX_DATA_BYTES = SecureChannel.MAX_PLAIN_BYTES - YamuxFrame.HEADER_BYTES;
  private static final int SMALL_FRAME_BYTES = 512;
  /** How long a goodbye waits for a write under way. */
  private static final int LAST_WORD_MILLIS = 50;

  /** What the connection above does with the session's news; called on the reader's thread, so it must not block. */
  public interface Events {
    void inboundStream(YamuxStream stream);

    void ended(String reason);
  }

  private final SecureChannel channel;
  private final byte[] surplus;
  private final boolean client;
  private final Limits limits;
  private final Executor threads;
  private final Events events;
  private final BufferBudget budget;
  private final ConcurrentHashMap<Integer, YamuxStream> streams = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<YamuxStream, Long> endExpectedNanos = new ConcurrentHashMap<>();
  private final AtomicInteger nextId;
  private final AtomicInteger inboundInUse = new AtomicInteger();
  private final AtomicInteger outboundOpen = new AtomicInteger();
  /** In order, so that nobody who waits is overtaken for ever. */
  private final Semaphore unacknowledged = new Semaphore(Limits.UNACKNOWLEDGED_STREAMS, true);
  private final AtomicReference<@Nullable String> endReason = new AtomicReference<>();
  private volatile boolean remoteGoesAway;

  private final ReentrantLock writeLock = new ReentrantLock();
  private byte[] frame = new byte[SMALL_FRAME_BYTES];
  private volatile long writeStartedNanos;
  private final Object pendingLock = new Object();
  private byte[] pending = new byte[4 * YamuxFrame.HEADER_BYTES];
  private int pendingBytes;
  private final AtomicBoolean flushScheduled = new AtomicBoolean();

  private final YamuxReceiver receiver;
  private volatile long lastReceivedNanos = System.nanoTime();
  private volatile long pingSentNanos;
  private final AtomicInteger pingValue = new AtomicInteger();
  private volatile long roundTripNanos;

  public YamuxSession(SecureChannel channel, byte[] surplus, boolean client, Limits limits, Executor threads,
      BufferBudget budget,
      Events events) {
    this.channel = channel;
    this.surplus = surplus.clone();
    this.client = client;
    this.limits = limits;
    this.threads = threads;
    this.budget = budget;
    this.events = events;
    this.nextId = new AtomicInteger(client ? 1 : 2);
    this.receiver = new YamuxReceiver(this);
  }

  public BufferBudget budget() {
    return budget;
  }

  /** Reads until the session ends; then every stream has failed and {@link Events#ended} was called. */
  public void run() {
    try {
      receiver.receive(surplus, 0, surplus.length);
      while (endReason.get() == null) {
        int length = channel.read();
        if (length < 0) {
          end("the peer closed the connection");
        } else {
          lastReceivedNanos = System.nanoTime();
          receiver.receive(channel.plain(), 0, length);
        }
      }
    } catch (MalformedMessageException e) {
      if (end("the peer broke the protocol: " + e.getMessage())) {
        control(new YamuxFrame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.PROTOCOL_ERROR));
        flushLast();
      }
    } catch (ClosedChannelException e) {
      end("closed");
    } catch (IOException e) {
      end("the connection failed: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      end("an error of our own: " + e);
      throw e;
    } finally {
      failStreams();
      channel.raw().closeGently();
      events.ended(reason());
    }
  }

  /** Sets the reason; false if there was one already. */
  private boolean end(String reason) {
    return endReason.compareAndSet(null, reason);
  }

  private String reason() {
    String reason = endReason.get();
    return reason == null ? "open" : reason;
  }

  private void failStreams() {
    for (YamuxStream stream : List.copyOf(streams.values())) {
      stream.fail(new ConnectionClosedException(reason()));
    }
  }

  /** Says goodbye, fails the streams and lets the reader end once the peer has closed too, or {@link #kill} is called. */
  public void close(String reason) {
    if (end(reason)) {
      control(new YamuxFrame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.NORMAL));
      flushLast();
      channel.endOutput();
      failStreams();
    }
  }

  /** Cuts the connection at once. */
  public void kill(String reason) {
    end(reason);
    channel.raw().close();
  }

  public boolean isOpen() {
    return endReason.get() == null;
  }

  public Optional<String> endReason() {
    return Optional.ofNullable(endReason.get());
  }

  // ---- streams ----

  /**
   * A new stream to the peer. While as many as the protocol allows wait for the peer's answer, it waits for one of them.
   *
   * @throws SocketTimeoutException if it would have to wait for longer than {@code patience}
   */
  public YamuxStream open(Duration patience) throws IOException {
    requireWelcome();
    if (outboundOpen.incrementAndGet() > limits.outboundStreams()) {
      outboundOpen.decrementAndGet();
      throw new IOException("already " + limits.outboundStreams() + " streams opened by us on this connection");
    }
    try {
      awaitAcknowledgements(patience);
    } catch (IOException e) {
      outboundOpen.decrementAndGet();
      throw e;
    }
    YamuxStream stream = new YamuxStream(this, nextId.getAndAdd(2), false);
    streams.put(stream.id(), stream);
    if (!isOpen()) {
      stream.fail(new ConnectionClosedException(reason()));
    }
    return stream;
  }

  private void requireWelcome() throws ConnectionClosedException {
    if (!isOpen() || remoteGoesAway) {
      throw new ConnectionClosedException(remoteGoesAway ? "the peer is going away" : reason());
    }
  }

  /** Takes one of the places for streams that the peer has not acknowledged. */
  private void awaitAcknowledgements(Duration patience) throws IOException {
    try {
      if (!unacknowledged.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new SocketTimeoutException("the peer has acknowledged none of " + Limits.UNACKNOWLEDGED_STREAMS
            + " streams within " + patience.toMillis() + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while opening a stream");
    }
    try {
      requireWelcome();
    } catch (ConnectionClosedException e) {
      unacknowledged.release();
      throw e;
    }
  }

  @Nullable
  public YamuxStream stream(int id) {
    return streams.get(id);
  }

  /** Whether {@code id} is one that we have opened, now or before. */
  public boolean wasOpenedByUs(int id) {
    return isOurs(id) && Integer.compareUnsigned(id, nextId.get()) < 0;
  }

  public boolean isOurs(int id) {
    return ((id & 1) == 1) == client;
  }

  /** Takes a stream the peer opens, or refuses it; null if refused. */
  @Nullable
  public YamuxStream accept(int id) {
    if (inboundInUse.incrementAndGet() > limits.inboundStreams() || !isOpen()) {
      inboundInUse.decrementAndGet();
      control(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, id, 0));
      return null;
    }
    YamuxStream stream = new YamuxStream(this, id, true);
    streams.put(id, stream);
    events.inboundStream(stream);
    return stream;
  }

  /** The handler of an inbound stream is done. */
  public void inboundHandled(YamuxStream stream) {
    if (stream.releasesPlace()) {
      inboundInUse.decrementAndGet();
    }
  }

  public boolean forget(YamuxStream stream) {
    endExpectedNanos.remove(stream);
    boolean known = streams.remove(stream.id(), stream);
    if (known && !stream.inbound()) {
      outboundOpen.decrementAndGet();
    } else if (known && stream.releasesPlace()) {
      inboundInUse.decrementAndGet();
    }
    return known;
  }

  /** The application is done with the stream: the peer has a limited time to end its side too. */
  public void expectEnd(YamuxStream stream) {
    endExpectedNanos.put(stream, System.nanoTime() + limits.timeouts().closedStream().toNanos());
    if (streams.get(stream.id()) != stream) {
      endExpectedNanos.remove(stream);
    }
  }

  public void streamAcknowledged() {
    unacknowledged.release();
  }

  public int openStreams() {
    return streams.size();
  }

  // ---- liveness ----

  /** Called a few times a second by the host. */
  public void tick(long nowNanos) {
    long started = writeStartedNanos;
    long write = limits.timeouts().write().toNanos();
    if (started != 0 && nowNanos - started > write) {
      kill("the peer took no bytes for " + limits.timeouts().write().toMillis() + " ms");
      return;
    }
    long silent = nowNanos - lastReceivedNanos;
    if (silent > limits.timeouts().keepAlive().toNanos() + write) {
      kill("nothing heard from the peer for " + silent / 1_000_000 + " ms");
    } else if (silent > limits.timeouts().keepAlive().toNanos()) {
      ping();
    }
    endExpectedNanos.forEach((stream, deadline) -> {
      if (nowNanos - deadline > 0) {
        stream.reset("the peer did not end a stream that we closed");
      }
    });
  }

  private void ping() {
    long sent = pingSentNanos;
    if (sent == 0 || System.nanoTime() - sent > limits.timeouts().write().toNanos()) {
      pingSentNanos = System.nanoTime();
      control(new YamuxFrame(YamuxFrame.PING, YamuxFrame.SYN, 0, Integer.toUnsignedLong(pingValue.incrementAndGet())));
    }
  }

  public void pong(long value) {
    long sent = pingSentNanos;
    if (sent != 0 && value == Integer.toUnsignedLong(pingValue.get())) {
      roundTripNanos = Math.max(1, System.nanoTime() - sent);
      pingSentNanos = 0;
    }
  }

  /** The last round trip measured, 0 before the first; asking for it starts a measurement. */
  public long roundTripNanos() {
    if (roundTripNanos == 0) {
      ping();
    }
    return roundTripNanos;
  }

  public void goAway(long code) {
    remoteGoesAway = true;
    if (code != YamuxFrame.NORMAL) {
      end("the peer went away with code " + code);
    }
  }

  // ---- writing ----

  /** Writes one data frame of at most {@link #MAX_DATA_BYTES}; blocks while the socket takes nothing. */
  public void data(int id, int flags, byte[] bytes, int offset, int length) throws IOException {
    writeLock.lock();
    try {
      if (!isOpen()) {
        throw new ConnectionClosedException(reason());
      }
      int at = drainPending(length + YamuxFrame.HEADER_BYTES);
      new YamuxFrame(YamuxFrame.DATA, flags, id, length).write(frame, at);
      System.arraycopy(bytes, offset, frame, at + YamuxFrame.HEADER_BYTES, length);
      send(at + YamuxFrame.HEADER_BYTES + length - SecureChannel.HEAD_BYTES);
    } finally {
      writeLock.unlock();
    }
    flushPending();
  }

  /** Queues a frame without payload and sees to its being written soon; never blocks. */
  public void control(YamuxFrame control) {
    if (!isOpen() && control.type() != YamuxFrame.GO_AWAY) {
      return;
    }
    synchronized (pendingLock) {
      if (pendingBytes + YamuxFrame.HEADER_BYTES > pending.length) {
        if (pending.length >= Limits.PENDING_CONTROL_BYTES) {
          kill("the peer does not take our answers: " + pendingBytes + " bytes of them wait");
          return;
        }
        pending = Arrays.copyOf(pending, Math.min(2 * pending.length, Limits.PENDING_CONTROL_BYTES));
      }
      control.write(pending, pendingBytes);
      pendingBytes += YamuxFrame.HEADER_BYTES;
    }
    if (flushScheduled.compareAndSet(false, true)) {
      threads.execute(this::flushScheduled);
    }
  }

  private void flushScheduled() {
    flushScheduled.set(false);
    flushPending();
  }

  private void flushPending() {
    while (hasPending() && writeLock.tryLock()) {
      try {
        int end = drainPending(0);
        if (end > SecureChannel.HEAD_BYTES) {
          send(end - SecureChannel.HEAD_BYTES);
        }
      } catch (IOException e) {
        return;
      } finally {
        writeLock.unlock();
      }
    }
  }

  /** Writes what waits although another thread may be writing; gives up when that one is stuck. */
  private void flushLast() {
    try {
      if (!writeLock.tryLock(LAST_WORD_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      int end = drainPending(0);
      if (end > SecureChannel.HEAD_BYTES) {
        send(end - SecureChannel.HEAD_BYTES);
      }
    } catch (IOException e) {
      // It is over anyway.
    } finally {
      writeLock.unlock();
    }
  }

  private boolean hasPending() {
    synchronized (pendingLock) {
      return pendingBytes > 0;
    }
  }

  /**
   * Puts the waiting frames at the front of {@code frame}, sends them on their own if {@code room} more bytes do not fit behind them, and
   * gives the offset behind them. Only under the write lock.
   */
  private int drainPending(int room) throws IOException {
    int at = SecureChannel.HEAD_BYTES;
    synchronized (pendingLock) {
      ensureFrame(pendingBytes + room);
      System.arraycopy(pending, 0, frame, at, pendingBytes);
      at += pendingBytes;
      pendingBytes = 0;
    }
    if (at - SecureChannel.HEAD_BYTES + room > SecureChannel.MAX_PLAIN_BYTES) {
      send(at - SecureChannel.HEAD_BYTES);
      at = SecureChannel.HEAD_BYTES;
    }
    return at;
  }

  private void ensureFrame(int plainBytes) {
    int needed = SecureChannel.HEAD_BYTES + plainBytes + SecureChannel.TAIL_BYTES;
    if (frame.length < needed) {
      frame = Arrays.copyOf(frame, Math.max(needed, 2 * frame.length));
    }
  }

  private void send(int plainBytes) throws IOException {
    writeStartedNanos = System.nanoTime() | 1;
    try {
      channel.write(frame, plainBytes);
    } catch (IOException e) {
      kill("the connection failed while writing: " + e.getMessage());
      throw new ConnectionClosedException(reason());
    } finally {
      writeStartedNanos = 0;
    }
  }
}
