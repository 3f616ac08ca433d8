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

  /** Whether {@code bytes} more may be buffered; they count from then on. */
  public boolean take(int bytes) {
    long mine = connection.addAndGet(bytes);
    long all = host.addAndGet(bytes);
    if (mine > Limits.BUFFERED_PER_CONNECTION_BYTES
        || (all > Limits.BUFFERED_PER_HOST_BYTES && mine > Limits.FAIR_SHARE_BYTES)) {
      give(bytes);
      return false;
    }
    return true;
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
