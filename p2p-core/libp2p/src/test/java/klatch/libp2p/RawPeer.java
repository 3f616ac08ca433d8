package klatch.libp2p;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import klatch.libp2p.multistream.MultistreamSelect;
import klatch.libp2p.tls.TlsConnection;
import klatch.libp2p.transport.SecureChannel;
import klatch.libp2p.transport.SocketConnection;
import klatch.libp2p.transport.Upgrader;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.yamux.YamuxFrame;

/** A peer that does what a test wants instead of what the protocols want: raw bytes, or after a proper handshake raw yamux frames. */
final class RawPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final SocketChannel channel;
  private final Ed25519Key key = Ed25519Key.generate();
  private final ArrayDeque<YamuxFrame> received = new ArrayDeque<>();
  private boolean seesAll;
  private Optional<SecureChannel> noise = Optional.empty();

  private RawPeer(SocketChannel channel) {
    this.channel = channel;
  }

  static RawPeer connect(Host host) throws IOException {
    return new RawPeer(SocketChannel.open(host.listenAddresses().getFirst().withoutPeer().toSocketAddress()));
  }

  /** Connects and does the whole handshake as it should be. */
  static RawPeer secured(Host host) throws Exception {
    RawPeer peer = connect(host);
    Upgrader upgrader = new Upgrader(peer.key, java.util.List.of(Security.NOISE), true,
        java.time.InstantSource.system());
    peer.noise = Optional.of(upgrader.initiate(SocketConnection.of(peer.channel), Optional.of(host.id())).channel());
    return peer;
  }

  /** Chooses TLS, and does the handshake as a client that trusts everybody and has no certificate. */
  void anonymousTls() throws Exception {
    send(MultistreamSelect.lines(MultistreamSelect.HEADER, Security.TLS.protocol()));
    SocketConnection connection = SocketConnection.of(channel);
    byte[] echoed = new byte[64];
    int expected = MultistreamSelect.lines(MultistreamSelect.HEADER, Security.TLS.protocol()).length;
    for (int read = 0; read < expected;) {
      int count = connection.read(echoed, 0, expected - read);
      if (count < 0) {
        throw new IOException("ended before TLS was agreed on");
      }
      read += count;
    }
    javax.net.ssl.SSLContext context = javax.net.ssl.SSLContext.getInstance("TLSv1.3");
    context.init(null, new javax.net.ssl.TrustManager[]{new TrustEverybody()}, null);
    javax.net.ssl.SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    try {
      TlsConnection.handshake(connection, engine);
    } catch (IOException e) {
      // The host may have refused us before our side was done.
    }
  }

  private static final class TrustEverybody extends javax.net.ssl.X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  PeerId id() {
    return key.peerId();
  }

  void send(byte[] bytes) throws IOException {
    SocketConnection.of(channel).write(bytes, 0, bytes.length);
  }

  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Reads until the other side ends or resets the connection; fails if it does not within 10 s. */
  void awaitEnd() throws IOException {
    Socket socket = channel.socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    byte[] buffer = new byte[8192];
    try {
      while (socket.getInputStream().read(buffer) >= 0) {
        // Whatever it says.
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("still connected after " + PATIENCE_MILLIS + " ms", e);
    } catch (java.net.SocketException e) {
      // A reset is an end as well.
    }
  }

  /** Whether the other side has ended the connection; does not wait, and throws away what it said. */
  boolean ended() throws IOException {
    Socket socket = channel.socket();
    socket.setSoTimeout(1);
    try {
      return socket.getInputStream().read(new byte[8192]) < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  void frame(int type, int flags, int streamId, long length, byte[] payload) throws IOException {
    byte[] header = new byte[YamuxFrame.HEADER_BYTES];
    new YamuxFrame(type, flags, streamId, length).write(header, 0);
    plain(Bytes.join(header, payload));
  }

  void frame(int type, int flags, int streamId, long length) throws IOException {
    frame(type, flags, streamId, length, new byte[0]);
  }

  /** {@code count} times the same header, many to a Noise message. */
  void frames(int count, int type, int flags, int streamId, long length) throws IOException {
    byte[] many = new byte[count * YamuxFrame.HEADER_BYTES];
    for (int i = 0; i < count; i++) {
      new YamuxFrame(type, flags, streamId, length).write(many, i * YamuxFrame.HEADER_BYTES);
    }
    plain(many);
  }

  /** Sends bytes as Noise messages. */
  void plain(byte[] bytes) throws IOException {
    SecureChannel secure = noise.orElseThrow();
    for (int at = 0; at < bytes.length; at += SecureChannel.MAX_PLAIN_BYTES) {
      byte[] part = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + SecureChannel.MAX_PLAIN_BYTES));
      byte[] frame = new byte[SecureChannel.HEAD_BYTES + part.length + SecureChannel.TAIL_BYTES];
      System.arraycopy(part, 0, frame, SecureChannel.HEAD_BYTES, part.length);
      secure.write(frame, part.length);
    }
  }

  /** Also gives frames of streams that the host opens; without this they are left out. */
  RawPeer seesAll() {
    seesAll = true;
    return this;
  }

  /** The next frame the other side sent, payload dropped; it always sends whole frames in a message. Empty at the end. */
  Optional<YamuxFrame> next() throws IOException, MalformedMessageException {
    SecureChannel secure = noise.orElseThrow();
    while (received.isEmpty()) {
      int length;
      try {
        length = secure.read();
      } catch (IOException e) {
        return Optional.empty();
      }
      if (length < 0) {
        return Optional.empty();
      }
      for (int at = 0; at < length;) {
        YamuxFrame frame = YamuxFrame.read(secure.plain(), at);
        // The host asks who we are on a stream of its own; tests speak of the streams they open.
        if (frame.streamId() == 0 || (frame.streamId() & 1) == 1 || seesAll) {
          received.add(frame);
        }
        at += YamuxFrame.HEADER_BYTES + (frame.type() == YamuxFrame.DATA ? (int) frame.length() : 0);
      }
    }
    return Optional.of(received.removeFirst());
  }

  /** Reads frames up to the first of this type and with this flag (0 for any). */
  YamuxFrame await(int type, int flag) throws IOException, MalformedMessageException {
    for (Optional<YamuxFrame> frame = next(); frame.isPresent(); frame = next()) {
      if (frame.get().type() == type && (flag == 0 || frame.get().has(flag))) {
        return frame.get();
      }
    }
    throw new AssertionError("the connection ended without a frame of type " + type + " with flag " + flag);
  }

  /** Reads frames up to a go-away; empty if the connection ended before one arrived. */
  Optional<YamuxFrame> goAwayOrEnd() throws IOException, MalformedMessageException {
    Optional<YamuxFrame> frame = next();
    while (frame.isPresent() && frame.get().type() != YamuxFrame.GO_AWAY) {
      frame = next();
    }
    return frame;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
