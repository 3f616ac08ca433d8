package klatch.libp2p.websocket;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.tls.TlsConnection;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.TcpTransport;
import klatch.libp2p.transport.Transport;

/**
 * WebSocket, as browsers speak it (libp2p websockets): {@code …/tcp/…/ws}, and over TLS {@code …/tls/ws}, {@code …/tls/sni/<name>/ws},
 * {@code …/wss}. TLS here is the one of the web, with a certificate for a name; the peer itself is proven inside it as on any connection.
 */
public final class WebSocketTransport implements Transport {
  private final Optional<SSLContext> serving;
  private final Optional<SSLContext> trusting;

  /** Dials what this machine trusts; does not listen with TLS. */
  public WebSocketTransport() {
    this(Optional.empty(), Optional.empty());
  }

  /**
   * @param serving holds the certificate to listen with
   * @param trusting says whom to trust when dialling; this machine's authorities if empty
   */
  public WebSocketTransport(Optional<SSLContext> serving, Optional<SSLContext> trusting) {
    this.serving = serving;
    this.trusting = trusting;
  }

  @Override
  public boolean canDial(Multiaddr address) {
    return WebSocketAddress.of(address).isPresent();
  }

  @Override
  public RawConnection dial(Multiaddr address, Duration timeout, Consumer<RawConnection> opened)
      throws IOException, MalformedMessageException {
    WebSocketAddress target = require(address);
    RawConnection tcp = TcpTransport.connect(target.socket().toSocketAddress(), timeout);
    opened.accept(tcp);
    RawConnection under = target.secure() ? TlsConnection.handshake(tcp, clientEngine(target)) : tcp;
    return Handshake.request(under, target.authority(), target.path());
  }

  private SSLEngine clientEngine(WebSocketAddress target) throws IOException {
    SSLContext context;
    try {
      context = trusting.isPresent() ? trusting.get() : SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IOException("this Java has no TLS: " + e.getMessage(), e);
    }
    SSLEngine engine = context.createSSLEngine(target.host(), -1);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    target.serverName().ifPresent(name -> parameters.setServerNames(List.of(new SNIHostName(name))));
    engine.setSSLParameters(parameters);
    return engine;
  }

  @Override
  public boolean canListen(Multiaddr address) {
    return WebSocketAddress.of(address).filter(a -> !a.secure() || serving.isPresent()).isPresent();
  }

  @Override
  public Listener listen(Multiaddr address, Acceptor acceptor) throws IOException {
    WebSocketAddress wanted = require(address);
    Negotiation negotiation = wanted.secure()
        ? raw -> Handshake.answer(TlsConnection.handshake(raw, serverEngine()))
        : Handshake::answer;
    Listener port = TcpTransport.listen(wanted.socket().toSocketAddress(), acceptor,
        raw -> acceptor.accepted(raw, negotiation));
    List<Multiaddr> addresses = port.addresses().stream().map(tcp -> suffixed(tcp, wanted)).toList();
    return new Listener() {
      @Override
      public List<Multiaddr> addresses() {
        return addresses;
      }

      @Override
      public void close() {
        port.close();
      }
    };
  }

  private SSLEngine serverEngine() {
    SSLEngine engine = serving.orElseThrow().createSSLEngine();
    engine.setUseClientMode(false);
    return engine;
  }

  private static WebSocketAddress require(Multiaddr address) {
    return WebSocketAddress.of(address)
        .orElseThrow(() -> new IllegalArgumentException("not a WebSocket address: " + address));
  }

  private static Multiaddr suffixed(Multiaddr tcp, WebSocketAddress wanted) {
    String sni = wanted.serverName().map(name -> "/sni/" + name).orElse("");
    return appended(tcp, wanted.secure() ? "/tls" + sni + "/ws" : "/ws");
  }

  static Multiaddr webSocket(Multiaddr tcp) {
    return appended(tcp, "/ws");
  }

  private static Multiaddr appended(Multiaddr tcp, String suffix) {
    try {
      return Multiaddr.parse(tcp + suffix);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("an address of our own is none: " + tcp + suffix, e);
    }
  }
}
