package klatch.lightning.lnurl;

import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where look-ups may lead: to public hosts over https.
 *
 * @param loopback whether this machine itself may be asked, also over http: for rehearsals on regtest
 */
record WebRules(boolean loopback) {
  /** Enough for a code in its query. */
  static final int MOST_URL_CHARS = 2_000;
  private static final Pattern HOST = Pattern
      .compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\\.?|\\[[0-9a-f:.]+]");
  private static final int HIGHEST_PORT = 65_535;

  /** Whether this host is asked over plain http. */
  boolean plain(String host) {
    return loopback && names(host);
  }

  private static boolean names(String host) {
    return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
  }

  /**
   * The URL, if one may be asked at all; who answers to its name is looked at later.
   *
   * @throws IllegalArgumentException if not
   */
  URI checked(URI url) {
    if (url.toString().length() > MOST_URL_CHARS) {
      throw new IllegalArgumentException("a web address of " + url.toString().length() + " characters, at most "
          + MOST_URL_CHARS + " are allowed");
    }
    String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
    if (!HOST.matcher(host).matches() || url.getRawUserInfo() != null || url.getPort() > HIGHEST_PORT) {
      throw new IllegalArgumentException("it names no host that can be asked");
    }
    if (host.endsWith(".onion")) {
      throw new IllegalArgumentException(
          "it leads into Tor, which this node has no way into; paste an invoice instead");
    }
    boolean allowed = "https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && plain(host));
    if (!allowed) {
      throw new IllegalArgumentException("only https is asked, not " + url.getScheme());
    }
    return url;
  }

  /** Whether a host at this address may be asked. */
  boolean allowed(InetAddress address) {
    return PublicAddresses.contains(address) || (loopback && address.isLoopbackAddress());
  }
}
