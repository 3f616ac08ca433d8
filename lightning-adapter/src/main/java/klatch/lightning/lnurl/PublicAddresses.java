package klatch.lightning.lnurl;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The addresses of the public Internet: everything but what the IANA registers of special addresses set aside. */
final class PublicAddresses {
  /** Network and length of its prefix. */
  private static final class Range {
    private final byte[] network;
    private final int bits;

    private Range(byte[] network, int bits) {
      this.network = network;
      this.bits = bits;
    }

    static Range of(String text) {
      String[] parts = text.split("/");
      return new Range(InetAddress.ofLiteral(parts[0]).getAddress(), Integer.parseInt(parts[1]));
    }

    boolean contains(byte[] address) {
      if (address.length != network.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % Byte.SIZE);
        if (((address[bit / Byte.SIZE] ^ network[bit / Byte.SIZE]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  private static final List<Range> NOT_PUBLIC_4 = Stream.of("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
      "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
      "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3").map(Range::of).toList();
  /** All that has been given out. */
  private static final Range PUBLIC_6 = Range.of("2000:0:0:0:0:0:0:0/3");
  /** Tunnels that carry an IPv4 address, and documentation. */
  private static final List<Range> NOT_PUBLIC_6 = Stream
      .of("2001:0:0:0:0:0:0:0/23", "2001:db8:0:0:0:0:0:0/32", "2002:0:0:0:0:0:0:0/16", "3fff:0:0:0:0:0:0:0/20")
      .map(Range::of).toList();

  private PublicAddresses() {}

  static boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return switch (address) {
      case Inet4Address _ -> NOT_PUBLIC_4.stream().noneMatch(range -> range.contains(bytes));
      case Inet6Address _ ->
        PUBLIC_6.contains(bytes) && NOT_PUBLIC_6.stream().noneMatch(range -> range.contains(bytes));
      default -> throw new IllegalArgumentException("an address of " + Arrays.toString(bytes));
    };
  }
}
