package klatch.libp2p.gossipsub;

import java.util.Locale;

/** Which IP addresses say nothing about who is behind them. */
final class IpRanges {
  private IpRanges() {
  }

  /**
   * Whether {@code ip}, without a port, is of this machine, a local network, a carrier's NAT or an unknown kind: 127/8, 10/8, 172.16/12,
   * 192.168/16, 169.254/16, 100.64/10, ::1, fc00::/7, fe80::/10.
   */
  static boolean isPrivate(String ip) {
    String[] four = ip.split("\\.", -1);
    if (four.length == 4 && ip.indexOf(':') < 0) {
      try {
        int a = Integer.parseInt(four[0]);
        int b = Integer.parseInt(four[1]);
        return a == 127 || a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168)
            || (a == 169 && b == 254) || (a == 100 && (b & 0xc0) == 64);
      } catch (NumberFormatException e) {
        return true;
      }
    }
    String six = ip.toLowerCase(Locale.ROOT);
    return six.indexOf(':') < 0 || six.equals("::1") || six.equals("0:0:0:0:0:0:0:1") || six.startsWith("fc")
        || six.startsWith("fd") || six.startsWith("fe8") || six.startsWith("fe9") || six.startsWith("fea")
        || six.startsWith("feb");
  }
}
