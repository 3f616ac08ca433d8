package klatch.libp2p.yamux;

import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Limits;

/** Counts what one connection has received and nobody has read yet, and with it what the whole host has. Safe for any thread. */
public final class BufferBudget {
  private final AtomicLong host;
  private final AtomicLong connection = new AtomicLong();
  private final AtomicLong growth = new AtomicLong();

  public BufferBudget(AtomicLong host) {
    this.host = host;
  }

  /** Whether {@code bytes} more may be buffered; they count from then on. What does not fit is never counted, not for a moment. */
  public boolean take(int bytes) {
    if (!reserved(connection, bytes, Limits.BUFFERED_PER_CONNECTION_BYTES)) {
      return false;
    }
    long most = connection.get() > Limits.FAIR_SHARE_BYTES ? Limits.BUFFERED_PER_HOST_BYTES : Long.MAX_VALUE;
    if (!reserved(host, bytes, most)) {
      connection.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private static boolean reserved(AtomicLong counter, int bytes, long most) {
    long before = counter.get();
    while (before <= most - bytes) {
      if (counter.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = counter.get();
    }
    return false;
  }

  public void give(int bytes) {
    connection.addAndGet(-bytes);
    host.addAndGet(-bytes);
  }

  /** Whether a window of this connection may grow by {@code bytes}. */
  public boolean grow(int bytes) {
    if (growth.addAndGet(bytes) > Limits.WINDOW_GROWTH_PER_CONNECTION_BYTES) {
      growth.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  public void shrink(int bytes) {
    growth.addAndGet(-bytes);
  }

  public long bufferedBytes() {
    return connection.get();
  }
}
