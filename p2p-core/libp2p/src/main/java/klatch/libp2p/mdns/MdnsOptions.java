package klatch.libp2p.mdns;

import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import klatch.libp2p.Multiaddr;

/**
 * Where and how often peers are looked for.
 *
 * @param interfaces heard and spoken on, and no others; each must be up and able to multicast
 * @param queryInterval how often we ask; answers of others to others are heard at any time
 * @param service the name peers find each other under; a private network should have its own
 * @param tellLoopback whether addresses only this machine can reach are told too
 */
public record MdnsOptions(List<NetworkInterface> interfaces, Duration queryInterval, String service,
    boolean tellLoopback) {
  /** The public one. */
  public static final String SERVICE = "_p2p._udp.local";
  private static final Duration QUERY_INTERVAL = Duration.ofSeconds(10);

  public MdnsOptions {
    interfaces = List.copyOf(interfaces);
    if (interfaces.isEmpty() || queryInterval.isNegative() || queryInterval.isZero()) {
      throw new IllegalArgumentException(interfaces.size() + " interfaces, a query each " + queryInterval);
    }
  }

  public static MdnsOptions on(NetworkInterface... interfaces) {
    return new MdnsOptions(List.of(interfaces), QUERY_INTERVAL, SERVICE, false);
  }

  public MdnsOptions queryInterval(Duration value) {
    return new MdnsOptions(interfaces, value, service, tellLoopback);
  }

  public MdnsOptions service(String value) {
    return new MdnsOptions(interfaces, queryInterval, value, tellLoopback);
  }

  public MdnsOptions tellLoopback(boolean value) {
    return new MdnsOptions(interfaces, queryInterval, service, value);
  }

  /** Whether an address is worth telling the neighbours: an IP address, short enough for a TXT string. */
  boolean tells(Multiaddr address) {
    boolean loopback = klatch.libp2p.protocol.IpGroup.ip(address).map(java.net.InetAddress::isLoopbackAddress)
        .orElse(true);
    return !loopback || tellLoopback;
  }
}
