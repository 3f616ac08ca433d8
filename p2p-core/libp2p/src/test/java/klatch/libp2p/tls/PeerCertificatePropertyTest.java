package klatch.libp2p.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.Secp256k1Key;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class PeerCertificatePropertyTest {
  private static final long YEAR_2025 = 1_735_689_600L;
  private static final long YEAR_2045 = 2_366_841_600L;
  private static final int LAST_DAY = 36_499;

  private static X509Certificate parse(byte[] der) throws CertificateException {
    return (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(der));
  }

  @Property(tries = 60)
  void aCertificateProvesItsIdentityAfterATripThroughItsBytesWhileItIsValid(@ForAll @Size(32) byte[] secret,
      @ForAll boolean curve25519, @ForAll @LongRange(min = YEAR_2025, max = YEAR_2045) long made,
      @ForAll @IntRange(max = LAST_DAY) int day) throws Exception {
    PrivateKey key;
    try {
      key = curve25519 ? Ed25519Key.fromSeed(secret) : Secp256k1Key.fromSecret(secret);
    } catch (MalformedMessageException notASecret) {
      return;
    }
    Instant now = Instant.ofEpochSecond(made);
    X509Certificate read = parse(PeerCertificate.create(key, now).certificate().getEncoded());
    assertThat(PeerCertificate.verify(read, now.plus(Duration.ofDays(day)))).isEqualTo(key.identity());
    assertThatThrownBy(() -> PeerCertificate.verify(read, now.plus(Duration.ofDays(36_501))))
        .isInstanceOf(CertificateException.class);
  }

  @Property(tries = 60)
  void oneByteOfItChangedIsNoticed(@ForAll @Size(32) byte[] seed, @ForAll @IntRange(max = 10_000) int where,
      @ForAll @IntRange(min = 1, max = 255) int change) throws Exception {
    Instant now = Instant.ofEpochSecond(YEAR_2025);
    byte[] der = PeerCertificate.create(Ed25519Key.fromSeed(seed), now).certificate().getEncoded();
    der[where % der.length] ^= (byte) change;
    assertThatThrownBy(() -> PeerCertificate.verify(parse(der), now)).isInstanceOf(CertificateException.class);
  }
}
