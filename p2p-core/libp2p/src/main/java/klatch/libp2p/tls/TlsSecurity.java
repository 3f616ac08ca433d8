package klatch.libp2p.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.SecureChannel;
import org.jspecify.annotations.Nullable;

/** {@code /tls/1.0.0} (libp2p tls): TLS 1.3 with a certificate on both sides that proves the peer's identity. Safe for any thread. */
public final class TlsSecurity {
  public static final String PROTOCOL = "/tls/1.0.0";
  /** What both sides name when they agree on a muxer afterwards. */
  private static final String LIBP2P = "libp2p";
  private static final String VERSION = "TLSv1.3";

  private final PrivateKey identity;
  /** Made when TLS is first chosen: most hosts never do. */
  private @Nullable SSLContext context;
  private final InstantSource clock;
  private final List<String> muxers;

  /** {@code muxers}: those to agree on within the handshake; empty to agree on one afterwards. */
  public TlsSecurity(PrivateKey identity, List<String> muxers, InstantSource clock) {
    this.identity = identity;
    this.clock = clock;
    this.muxers = List.copyOf(muxers);
  }

  private synchronized SSLContext context() {
    SSLContext made = context;
    if (made == null) {
      try {
        made = SSLContext.getInstance(VERSION);
        made.init(new KeyManager[]{new OwnCertificate(PeerCertificate.create(identity, clock.instant()))},
            new TrustManager[]{new PeerTrust()}, null);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no TLS 1.3", e);
      }
      context = made;
    }
    return made;
  }

  /** A finished handshake: the channel, who is at its other end, and the muxer if the handshake agreed on one. */
  public record Result(SecureChannel channel, PublicKey remote, Optional<String> muxer) {
  }

  /** The dialer's or the listener's part; an {@code expected} peer other than the one that answers ends it. */
  public Result handshake(RawConnection raw, boolean initiator, Optional<PeerId> expected)
      throws IOException, MalformedMessageException {
    SSLEngine engine = context().createSSLEngine();
    engine.setUseClientMode(initiator);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[]{VERSION});
    parameters.setApplicationProtocols(
        muxers.isEmpty() ? new String[]{LIBP2P} : new String[]{muxers.getFirst(), LIBP2P});
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    try {
      TlsConnection connection = TlsConnection.handshake(raw, engine);
      X509Certificate certificate = (X509Certificate) connection.session().getPeerCertificates()[0];
      // PeerTrust has verified it: without that there is no session.
      PublicKey remote = PeerCertificate.verified(certificate);
      if (expected.isPresent() && !expected.get().equals(remote.peerId())) {
        throw new MalformedMessageException("the peer is " + remote.peerId() + ", not the expected " + expected.get());
      }
      String agreed = connection.applicationProtocol();
      return new Result(new TlsChannel(connection), remote,
          muxers.contains(agreed) ? Optional.of(agreed) : Optional.empty());
    } catch (SSLException | CertificateException e) {
      throw new MalformedMessageException("no TLS handshake: " + e.getMessage(), e);
    }
  }

  /** The one certificate we show. */
  private static final class OwnCertificate extends X509ExtendedKeyManager {
    private static final String ALIAS = "libp2p";
    private final PeerCertificate.Own own;

    OwnCertificate(PeerCertificate.Own own) {
      this.own = own;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[]{ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[]{ALIAS};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[]{own.certificate()};
    }

    @Override
    public java.security.PrivateKey getPrivateKey(String alias) {
      return own.keys().getPrivate();
    }
  }

  /** Trusts whoever proves an identity; who that is, is looked at afterwards. No authority has a say. */
  private final class PeerTrust extends X509ExtendedTrustManager {
    private void check(X509Certificate[] chain) throws CertificateException {
      if (chain.length != 1) {
        throw new CertificateException("a chain of " + chain.length + " certificates, exactly 1 wanted");
      }
      PeerCertificate.verify(chain[0], clock.instant());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** The connection inside TLS as a channel for a muxer. */
  private static final class TlsChannel implements SecureChannel {
    private static final int BUFFER_BYTES = 16 * 1024;
    private final TlsConnection connection;
    private final byte[] plain = new byte[BUFFER_BYTES];

    TlsChannel(TlsConnection connection) {
      this.connection = connection;
    }

    @Override
    public int read() throws IOException {
      return connection.read(plain, 0, plain.length);
    }

    @Override
    public byte[] plain() {
      return plain;
    }

    @Override
    public void write(byte[] frame, int length) throws IOException {
      connection.write(frame, HEAD_BYTES, length);
    }

    @Override
    public RawConnection raw() {
      return connection;
    }
  }
}
