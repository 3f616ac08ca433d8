package klatch.libp2p.host;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import klatch.libp2p.Limits;

/** How often each IP address connects to us; an IPv6 network of 64 bits counts as one address. Safe for any thread. */
final class InboundRate {
  /** Addresses remembered; the one not seen for longest is forgotten, and starts anew. */
  private static final int MAX_ADDRESSES = 4096;
  private static final int IP6_NETWORK_BYTES = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  private record Bucket(double left, long atNanos) {
  }

  private final Limits.Admission admission;
  private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
      return size() > MAX_ADDRESSES;
    }
  };

  InboundRate(Limits.Admission admission) {
    this.admission = admission;
  }

  /** @throws IOException if the address has connected too often */
  synchronized void count(InetAddress address, long nowNanos) throws IOException {
    String network = network(address);
    Bucket before = buckets.getOrDefault(network, new Bucket(admission.burst(), nowNanos));
    double left = Math.min(admission.burst(),
        before.left() + (nowNanos - before.atNanos()) / NANOS_PER_SECOND * admission.perSecond());
    if (left < 1) {
      buckets.put(network, new Bucket(left, nowNanos));
      throw new IOException("more than " + admission.burst() + " connections and then " + admission.perSecond()
          + " a second from " + address.getHostAddress());
    }
    buckets.put(network, new Bucket(left - 1, nowNanos));
  }

  private static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, IP6_NETWORK_BYTES) : bytes);
  }
}
