package klatch.lightning.lnd;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Believes one certificate, whatever it says of names and dates, and no other: LND's is signed by itself, and what makes it
 * right is that its operator copied it.
 */
final class PinnedCertificate extends X509ExtendedTrustManager {
  /** A PEM certificate has one or two kilobytes. */
  private static final long MAX_FILE_BYTES = 64 * 1_024;

  /** The other side showed another certificate. */
  static final class MismatchException extends CertificateException {
    private static final long serialVersionUID = 1L;

    MismatchException() {
      super("not the pinned certificate");
    }
  }

  private final X509Certificate pinned;

  private PinnedCertificate(X509Certificate pinned) {
    this.pinned = pinned;
  }

  /** @throws LndException if the file holds no certificate */
  static PinnedCertificate read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new LndException(new LndTrouble.BadFile(file, "too large for a certificate"));
      }
      try (InputStream in = Files.newInputStream(file)) {
        return new PinnedCertificate(
            (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
    } catch (IOException e) {
      throw new LndException(new LndTrouble.BadFile(file, "it cannot be read: " + e.getMessage()), e);
    } catch (CertificateException e) {
      throw new LndException(new LndTrouble.BadFile(file, "it holds no certificate (LND's is called tls.cert)"), e);
    }
  }

  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[]{this}, null);
      return context;
    } catch (NoSuchAlgorithmException | KeyManagementException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0 || !chain[0].equals(pinned)) {
      throw new MismatchException();
    }
  }

  static boolean isMismatch(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MismatchException) {
        return true;
      }
    }
    return false;
  }

  static boolean isTls(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof javax.net.ssl.SSLException || cause instanceof GeneralSecurityException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
    throw new CertificateException("nobody is served here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("nobody is served here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
    throw new CertificateException("nobody is served here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
