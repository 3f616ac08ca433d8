package klatch.libp2p.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import klatch.libp2p.Limits;

/** The connections that have not yet proven a key: how many, from where, and until when. Safe for any thread. */
public final class Handshakes {
  private final Limits limits;
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
  private final Map<InetAddress, Integer> perAddress = new HashMap<>();
  private int count;

  public Handshakes(Limits limits) {
    this.limits = limits;
  }

  /** One handshake under way. Closing it frees its place and leaves the socket alone. */
  public final class Pending implements AutoCloseable {
    private final SocketChannel channel;
    private final InetAddress address;
    private final long deadlineNanos = System.nanoTime() + limits.timeouts().handshake().toNanos();
    private volatile boolean expired;

    private Pending(SocketChannel channel, InetAddress address) {
      this.channel = channel;
      this.address = address;
    }

    public boolean expired() {
      return expired;
    }

    private void expire() {
      expired = true;
      shut();
    }

    private void shut() {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing is left to lose.
      }
    }

    @Override
    public void close() {
      synchronized (perAddress) {
        if (pending.remove(this)) {
          count--;
          perAddress.merge(address, -1, (a, b) -> a + b == 0 ? null : a + b);
        }
      }
    }
  }

  /** @throws IOException saying which limit is reached */
  public Pending begin(SocketChannel channel, InetAddress address) throws IOException {
    synchronized (perAddress) {
      int here = perAddress.getOrDefault(address, 0);
      if (count >= limits.pendingHandshakes()) {
        throw new IOException("already " + count + " handshakes under way");
      }
      if (here >= limits.pendingPerAddress()) {
        throw new IOException("already " + here + " handshakes under way with " + address.getHostAddress());
      }
      count++;
      perAddress.put(address, here + 1);
      Pending begun = new Pending(channel, address);
      pending.add(begun);
      return begun;
    }
  }

  /** Cuts off those that took too long. */
  public void tick(long nowNanos) {
    for (Pending one : pending) {
      if (nowNanos - one.deadlineNanos > 0) {
        one.expire();
      }
    }
  }

  public void closeAll() {
    pending.forEach(Pending::shut);
  }

  public int count() {
    return pending.size();
  }
}
