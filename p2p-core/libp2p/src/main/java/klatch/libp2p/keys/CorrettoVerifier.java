package klatch.libp2p.keys;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.Ed25519;
import klatch.libp2p.wire.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ed25519 by the Amazon Corretto Crypto Provider, a native library that whoever wants the speed puts on the class path. It is not asked about keys
 * that BouncyCastle would refuse, so that both agree on them.
 */
final class CorrettoVerifier implements SignatureVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(CorrettoVerifier.class);
  private static final String PROVIDER = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
  private static final String ALGORITHM = "Ed25519";
  /** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410). */
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
  /** Keys kept in the library's form; making it takes a good part of a verification. */
  private static final int MAX_KEYS = 2048;

  private final Provider provider;
  private final Map<String, Optional<PublicKey>> keys = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Optional<PublicKey>> eldest) {
      return size() > MAX_KEYS;
    }
  };

  private CorrettoVerifier(Provider provider) {
    this.provider = provider;
  }

  /** The verifier, if the library is there and passes a test vector (RFC 8032, section 7.1, test 3). */
  static Optional<SignatureVerifier> find() {
    try {
      Provider provider = (Provider) Class.forName(PROVIDER).getField("INSTANCE").get(null);
      CorrettoVerifier verifier = new CorrettoVerifier(provider);
      HexFormat hex = HexFormat.of();
      byte[] key = hex.parseHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
      byte[] signature = hex.parseHex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
          + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
      if (verifier.verify(key, hex.parseHex("af82"), signature) && !verifier.verify(key, new byte[0], signature)) {
        return Optional.of(verifier);
      }
      LOG.warn("{} does not verify Ed25519 as it should; BouncyCastle does it", provider);
    } catch (ClassNotFoundException e) {
      LOG.debug("no native Ed25519 on the class path");
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      LOG.warn("the native Ed25519 does not work here; BouncyCastle does it: {}", e.toString());
    }
    return Optional.empty();
  }

  @Override
  public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    if (publicKey.length != Ed25519.KEY_BYTES || signature.length != Ed25519.SIGNATURE_BYTES) {
      return false;
    }
    Optional<PublicKey> key = key(publicKey);
    if (key.isEmpty()) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(ALGORITHM, provider);
      verifier.initVerify(key.get());
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private Optional<PublicKey> key(byte[] publicKey) {
    String name = HexFormat.of().formatHex(publicKey);
    synchronized (keys) {
      Optional<PublicKey> known = keys.get(name);
      if (known != null) {
        return known;
      }
    }
    Optional<PublicKey> made = make(publicKey);
    synchronized (keys) {
      keys.put(name, made);
    }
    return made;
  }

  private static Optional<PublicKey> make(byte[] publicKey) {
    if (!org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyPartial(publicKey, 0)) {
      return Optional.empty();
    }
    try {
      return Optional.of(KeyFactory.getInstance(ALGORITHM)
          .generatePublic(new X509EncodedKeySpec(Bytes.join(X509_PREFIX, publicKey))));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }
}
