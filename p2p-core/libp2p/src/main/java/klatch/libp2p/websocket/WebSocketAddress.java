package klatch.libp2p.websocket;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.MultiaddrProtocol;

/**
 * A WebSocket address taken apart (libp2p websockets): {@code …/tcp/…/ws}, {@code …/tls/ws}, {@code …/tls/sni/<name>/ws} or {@code …/wss}.
 *
 * @param socket the TCP part
 * @param secure whether TLS is between TCP and WebSocket
 * @param serverName the name the server is to prove and is told; empty to take the host of the address
 * @param path of the HTTP request
 */
record WebSocketAddress(Multiaddr socket, boolean secure, Optional<String> serverName, String path) {
  private static final int TCP_COMPONENTS = 2;

  /** Empty for any other kind of address. */
  static Optional<WebSocketAddress> of(Multiaddr address) {
    Multiaddr bare = address.withoutPeer();
    List<Multiaddr.Component> components = bare.components();
    if (components.size() <= TCP_COMPONENTS || bare.hasOpaqueTail() || !bare.first(TCP_COMPONENTS).isTcp()) {
      return Optional.empty();
    }
    ArrayDeque<Multiaddr.Component> rest = new ArrayDeque<>(components.subList(TCP_COMPONENTS, components.size()));
    boolean secure = take(rest, MultiaddrProtocol.TLS).isPresent();
    Optional<String> serverName = secure ? take(rest, MultiaddrProtocol.SNI) : Optional.empty();
    boolean webSocket = take(rest, MultiaddrProtocol.WS).isPresent();
    if (!webSocket && !secure) {
      secure = take(rest, MultiaddrProtocol.WSS).isPresent();
      webSocket = secure;
    }
    String path = take(rest, MultiaddrProtocol.HTTP_PATH).map(p -> "/" + p.replace("%2F", "/").replace("%2f", "/"))
        .orElse("/");
    return webSocket && rest.isEmpty()
        ? Optional.of(new WebSocketAddress(bare.first(TCP_COMPONENTS), secure, serverName, path))
        : Optional.empty();
  }

  private static Optional<String> take(ArrayDeque<Multiaddr.Component> rest, MultiaddrProtocol protocol) {
    if (rest.isEmpty() || rest.getFirst().protocol() != protocol) {
      return Optional.empty();
    }
    return Optional.of(rest.removeFirst().text());
  }

  /** The host as HTTP and certificates name it: the server name if there is one, else the DNS name or IP address. */
  String host() {
    return serverName.orElseGet(() -> socket.components().getFirst().text());
  }

  /** {@link #host} and port as an HTTP request names them. */
  String authority() {
    String host = host();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + socket.components().get(1).text();
  }
}
