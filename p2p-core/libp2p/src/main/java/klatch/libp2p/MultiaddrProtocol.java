package klatch.libp2p;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.libp2p.wire.Base58;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Multibase;

/** The protocols a {@link Multiaddr} can name, with their codes and value sizes from the multicodec table. */
public enum MultiaddrProtocol {
  IP4(4, 4, "ip4"), TCP(6, 2, "tcp"), IP6(41, 16, "ip6"), IP6ZONE(42, -1, "ip6zone"), DNS(53, -1, "dns"), DNS4(54, -1,
      "dns4"), DNS6(55, -1, "dns6"), DNSADDR(56, -1, "dnsaddr"), UDP(273, 2, "udp"), WEBRTC_DIRECT(280, 0,
          "webrtc-direct"), WEBRTC(281, 0, "webrtc"), P2P_CIRCUIT(290, 0, "p2p-circuit"), UNIX(400, -1,
              "unix"), P2P(421, -1, "p2p"), HTTPS(443, 0, "https"), TLS(448, 0, "tls"), SNI(449, -1,
                  "sni"), NOISE(454, 0, "noise"), QUIC(460, 0, "quic"), QUIC_V1(461, 0, "quic-v1"), WEBTRANSPORT(465, 0,
                      "webtransport"), CERTHASH(466, -1, "certhash"), WS(477, 0, "ws"), WSS(478, 0,
                          "wss"), HTTP(480, 0, "http"), HTTP_PATH(481, -1, "http-path"), MEMORY(777, 8, "memory");

  /** The size of a value that carries its own length. */
  static final int VARIABLE = -1;
  /** A multihash of up to 64 bytes with its two numbers in front. */
  private static final int MAX_CERTHASH_BYTES = 66;
  private static final Pattern IP4_SHAPE = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IP6_ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?:$|:)");
  private static final byte[] IP4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
  private static final Map<String, MultiaddrProtocol> BY_NAME = new HashMap<>();
  private static final Map<Long, MultiaddrProtocol> BY_CODE = new HashMap<>();

  static {
    for (MultiaddrProtocol protocol : values()) {
      BY_NAME.put(protocol.text, protocol);
      BY_CODE.put((long) protocol.code, protocol);
    }
    BY_NAME.put("ipfs", P2P);
  }

  private final int code;
  private final int sizeBytes;
  private final String text;

  MultiaddrProtocol(int code, int sizeBytes, String text) {
    this.code = code;
    this.sizeBytes = sizeBytes;
    this.text = text;
  }

  static Optional<MultiaddrProtocol> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static Optional<MultiaddrProtocol> coded(long code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /** The number in front of the binary form. */
  public int code() {
    return code;
  }

  /** The name in the text form. */
  public String text() {
    return text;
  }

  int sizeBytes() {
    return sizeBytes;
  }

  /** Refuses a value that this protocol cannot have. */
  void check(byte[] value) throws MalformedMessageException {
    switch (this) {
      case P2P -> PeerId.fromBytes(value);
      case DNS, DNS4, DNS6, DNSADDR, SNI, IP6ZONE -> {
        String name = utf8(value);
        if (name.isEmpty() || name.indexOf('/') >= 0) {
          throw new MalformedMessageException("/" + text + " with an empty name or a '/' in it");
        }
      }
      case UNIX -> {
        String path = utf8(value);
        if (path.isEmpty() || path.endsWith("/")) {
          throw new MalformedMessageException("/" + text + " with an empty path or a '/' at its end");
        }
      }
      case HTTP_PATH -> utf8(value);
      case CERTHASH -> {
        if (value.length == 0 || value.length > MAX_CERTHASH_BYTES) {
          throw new MalformedMessageException(
              "/" + text + " of " + value.length + " bytes, 1 to " + MAX_CERTHASH_BYTES);
        }
      }
      default -> {
        // Any bytes of the right size are a value.
      }
    }
  }

  byte[] toBytes(String value) throws MalformedMessageException {
    byte[] bytes = switch (this) {
      case IP4, IP6 -> ip(value);
      case TCP, UDP -> port(value);
      case P2P -> PeerId.parse(value).bytes();
      case CERTHASH -> Multibase.decode(value);
      case HTTP_PATH -> percentDecoded(value);
      case MEMORY -> ByteBuffer.allocate(Long.BYTES).putLong(unsignedLong(value)).array();
      default -> value.getBytes(StandardCharsets.UTF_8);
    };
    check(bytes);
    return bytes;
  }

  String toText(byte[] value) {
    return switch (this) {
      case IP4, IP6 -> ipText(value);
      case TCP, UDP -> Integer.toString((value[0] & 0xff) << 8 | (value[1] & 0xff));
      case P2P -> Base58.encode(value);
      case CERTHASH -> Multibase.encodeBase64Url(value);
      case HTTP_PATH -> URLEncoder.encode(new String(value, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      case MEMORY -> Long.toUnsignedString(ByteBuffer.wrap(value).getLong());
      default -> new String(value, StandardCharsets.UTF_8);
    };
  }

  private byte[] ip(String value) throws MalformedMessageException {
    try {
      // Only literals, so nothing is ever looked up; the shapes are checked because Java also takes "1.2.3" and scopes.
      if (this == IP4 && IP4_SHAPE.matcher(value).matches()) {
        return Inet4Address.ofLiteral(value).getAddress();
      }
      if (this == IP6 && value.indexOf(':') >= 0 && value.indexOf('%') < 0) {
        byte[] bytes = Inet6Address.ofLiteral(value).getAddress();
        return bytes.length == IP6.sizeBytes ? bytes : Bytes.join(IP4_MAPPED, bytes);
      }
      throw new MalformedMessageException("not an /" + text + " address: " + value);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("not an /" + text + " address: " + value, e);
    }
  }

  private static String ipText(byte[] value) {
    try {
      if (value.length == IP4.sizeBytes) {
        return InetAddress.getByAddress(value).getHostAddress();
      }
      // RFC 5952: the longest run of at least two zero groups becomes "::".
      String full = Inet6Address.getByAddress(null, value, -1).getHostAddress();
      Matcher zeros = IP6_ZEROS.matcher(full);
      int start = 0;
      int end = 0;
      while (zeros.find()) {
        if (zeros.end() - zeros.start() > end - start) {
          start = zeros.start();
          end = zeros.end();
        }
      }
      return end == 0 ? full : full.substring(0, start) + "::" + full.substring(end);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + value.length + " bytes", e);
    }
  }

  private byte[] percentDecoded(String value) throws MalformedMessageException {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("/" + text + " is not percent-encoded: " + value, e);
    }
  }

  private byte[] port(String value) throws MalformedMessageException {
    if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 0xffff) {
      throw new MalformedMessageException("/" + text + " port '" + value + "', 0 to 65535");
    }
    int port = Integer.parseInt(value);
    return new byte[]{(byte) (port >> 8), (byte) port};
  }

  private static long unsignedLong(String value) throws MalformedMessageException {
    try {
      return Long.parseUnsignedLong(value);
    } catch (NumberFormatException e) {
      throw new MalformedMessageException("/memory wants a number: " + value, e);
    }
  }

  private static String utf8(byte[] value) throws MalformedMessageException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedMessageException("a name that is not UTF-8", e);
    }
  }
}
