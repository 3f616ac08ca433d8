package klatch.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import klatch.libp2p.Limits;
import klatch.libp2p.transport.RawConnection;
import org.jspecify.annotations.Nullable;

/** The connections that have not yet proven a key: how many, from where, and until when. Safe for any thread. */
public final class Handshakes {
  private final Limits limits;
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
  private final Map<InetAddress, Integer> perAddress = new HashMap<>();
  private int count;

  public Handshakes(Limits limits) {
    this.limits = limits;
  }

  /** One handshake under way. Closing it frees its place and leaves the connection alone. */
  public final class Pending implements AutoCloseable {
    private final Optional<InetAddress> address;
    private @Nullable RawConnection guarded;
    private long deadlineNanos = Long.MAX_VALUE;
    private boolean expired;

    private Pending(Optional<InetAddress> address) {
      this.address = address;
    }

    /** Starts the time of {@code connection}: when it is up, the connection is cut. */
    public void guard(RawConnection connection) {
      synchronized (this) {
        guarded = connection;
        if (deadlineNanos == Long.MAX_VALUE) {
          deadlineNanos = System.nanoTime() + limits.timeouts().handshake().toNanos();
        }
        if (!expired) {
          return;
        }
      }
      connection.close();
    }

    public synchronized boolean expired() {
      return expired;
    }

    private synchronized boolean due(long nowNanos) {
      return deadlineNanos != Long.MAX_VALUE && nowNanos - deadlineNanos > 0;
    }

    private void expire() {
      RawConnection connection;
      synchronized (this) {
        expired = true;
        connection = guarded;
      }
      if (connection != null) {
        connection.close();
      }
    }

    @Override
    public void close() {
      synchronized (perAddress) {
        if (pending.remove(this)) {
          count--;
          address.ifPresent(host -> perAddress.merge(host, -1, (a, b) -> a + b == 0 ? null : a + b));
        }
      }
    }
  }

  /** @throws IOException saying which limit is reached */
  public Pending begin(Optional<InetAddress> address) throws IOException {
    synchronized (perAddress) {
      int here = address.map(host -> perAddress.getOrDefault(host, 0)).orElse(0);
      if (count >= limits.pendingHandshakes()) {
        throw new IOException("already " + count + " handshakes under way");
      }
      if (here >= limits.pendingPerAddress()) {
        throw new IOException(
            "already " + here + " handshakes under way with " + address.map(InetAddress::getHostAddress).orElse("?"));
      }
      count++;
      address.ifPresent(host -> perAddress.put(host, here + 1));
      Pending begun = new Pending(address);
      pending.add(begun);
      return begun;
    }
  }

  /** Cuts off those that took too long. */
  public void tick(long nowNanos) {
    for (Pending one : pending) {
      if (one.due(nowNanos)) {
        one.expire();
      }
    }
  }

  public void closeAll() {
    pending.forEach(Pending::expire);
  }

  public int count() {
    return pending.size();
  }
}
