package klatch.libp2p.protocol;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.MultiaddrProtocol;

/**
 * What counts as one place on the network when something is bounded per address: one IPv4 address, or one IPv6 network of 64 bits, which is
 * what a single subscriber has.
 */
public final class IpGroup {
  private static final int IP6_PREFIX_BYTES = 8;
  /** fc00::/7, the private addresses of IPv6. */
  private static final int UNIQUE_LOCAL = 0xfc;
  private static final int UNIQUE_LOCAL_MASK = 0xfe;
  /** 100.64.0.0/10, what a provider's NAT hands out. */
  private static final int SHARED_FIRST = 100;
  private static final int SHARED_SECOND = 64;
  private static final int SHARED_MASK = 0xc0;

  private final byte[] prefix;

  private IpGroup(byte[] prefix) {
    this.prefix = prefix;
  }

  /** Of the IP address an address begins with; empty for names and everything else. */
  public static Optional<IpGroup> of(Multiaddr address) {
    return ip(address).map(IpGroup::of);
  }

  public static IpGroup of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return new IpGroup(address instanceof Inet4Address ? bytes : Arrays.copyOf(bytes, IP6_PREFIX_BYTES));
  }

  /** The IP address an address begins with. */
  public static Optional<InetAddress> ip(Multiaddr address) {
    if (address.components().isEmpty()) {
      return Optional.empty();
    }
    Multiaddr.Component first = address.components().getFirst();
    if (first.protocol() != MultiaddrProtocol.IP4 && first.protocol() != MultiaddrProtocol.IP6) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByAddress(first.value()));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("checked when the address was made", e);
    }
  }

  /** Whether the whole internet could reach this address: not loopback, private, link-local, shared, multicast or unspecified. */
  public static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean uniqueLocal = bytes.length == 16 && (bytes[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
    boolean shared = bytes.length == 4 && bytes[0] == SHARED_FIRST && (bytes[1] & SHARED_MASK) == SHARED_SECOND;
    return !(address.isLoopbackAddress() || address.isSiteLocalAddress() || address.isLinkLocalAddress()
        || address.isMulticastAddress() || address.isAnyLocalAddress() || uniqueLocal || shared);
  }

  /** Whether an address begins with a {@linkplain #isPublic(InetAddress) public} IP address. */
  public static boolean isPublic(Multiaddr address) {
    return ip(address).filter(IpGroup::isPublic).isPresent();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpGroup that && Arrays.equals(prefix, that.prefix);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(prefix);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(prefix);
  }
}
