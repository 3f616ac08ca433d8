package klatch.libp2p.ed25519;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import org.junit.jupiter.api.Test;

/** Prepared verification against RFC 8032 and against the ordinary one. */
class PreparedKeyTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final BigInteger ORDER = BigInteger.ONE.shiftLeft(252)
      .add(new BigInteger("27742317777372353535851937790883648493"));

  private static void assertGood(String key, String message, String signature) {
    PreparedKey prepared = PreparedKey.of(HEX.parseHex(key)).orElseThrow();
    byte[] bytes = HEX.parseHex(signature);
    assertThat(prepared.verify(HEX.parseHex(message), bytes)).isTrue();
    bytes[0] ^= 1;
    assertThat(prepared.verify(HEX.parseHex(message), bytes)).isFalse();
  }

  @Test
  void acceptsTheVectorsOfTheRfc() {
    assertGood("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assertGood("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assertGood("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
  }

  @Test
  void saysTheSameAsOrdinaryVerificationOfTrueAndOfDamagedSignatures() {
    Random random = new Random(5);
    for (int k = 0; k < 8; k++) {
      byte[] seed = new byte[32];
      random.nextBytes(seed);
      Ed25519Key key = Ed25519Key.fromSeed(seed);
      PreparedKey prepared = PreparedKey.of(key.publicKey()).orElseThrow();
      for (int i = 0; i < 40; i++) {
        byte[] message = new byte[random.nextInt(300)];
        random.nextBytes(message);
        byte[] signature = key.sign(message);
        assertThat(prepared.verify(message, signature)).isTrue();
        signature[random.nextInt(64)] ^= (byte) (1 << random.nextInt(8));
        assertThat(prepared.verify(message, signature)).as("seed 5, key %d, message %d", k, i)
            .isEqualTo(Ed25519.verify(key.publicKey(), message, signature)).isFalse();
      }
    }
  }

  @Test
  void refusesASecondFormOfTheSameSignature() {
    Ed25519Key key = Ed25519Key.fromSeed(new byte[32]);
    byte[] message = "once".getBytes(StandardCharsets.UTF_8);
    byte[] signature = key.sign(message);
    BigInteger s = BigInteger.ZERO;
    for (int i = 63; i >= 32; i--) {
      s = s.shiftLeft(8).or(BigInteger.valueOf(signature[i] & 0xff));
    }
    byte[] larger = s.add(ORDER).toByteArray();
    byte[] malleated = Arrays.copyOf(signature, 32 + 32);
    for (int i = 0; i < 32; i++) {
      malleated[32 + i] = i < larger.length ? larger[larger.length - 1 - i] : 0;
    }
    PreparedKey prepared = PreparedKey.of(key.publicKey()).orElseThrow();
    assertThat(prepared.verify(message, signature)).isTrue();
    assertThat(prepared.verify(message, malleated)).isFalse();
    assertThat(prepared.verify(message, Arrays.copyOf(signature, 63))).isFalse();
  }

  @Test
  void takesNoKeyThatIsNoPointInItsOneEncoding() {
    byte[] offTheCurve = new byte[32];
    offTheCurve[0] = 2;
    assertThat(PreparedKey.of(offTheCurve)).isEmpty();
    byte[] notCanonical = new byte[32];
    Arrays.fill(notCanonical, (byte) 0xff);
    notCanonical[31] = 0x7f;
    assertThat(PreparedKey.of(notCanonical)).isEmpty();
    assertThat(PreparedKey.of(new byte[31])).isEmpty();
  }

  @Test
  void multipliesAsRepeatedAdditionDoes() {
    Random random = new Random(9);
    for (int windowBits : new int[]{4, 5, 6}) {
      Multiples multiples = new Multiples(CurvePoint.base(), windowBits);
      for (int i = 0; i < 10; i++) {
        BigInteger scalar = i == 0 ? ORDER.subtract(BigInteger.ONE) : new BigInteger(252, random);
        byte[] little = new byte[32];
        byte[] big = scalar.toByteArray();
        for (int j = 0; j < big.length && j < 32; j++) {
          little[j] = big[big.length - 1 - j];
        }
        CurvePoint sum = new CurvePoint();
        multiples.addTimes(little, sum);
        assertThat(sum.encode()).isEqualTo(slowly(scalar).encode());
      }
    }
  }

  private static CurvePoint slowly(BigInteger scalar) {
    CurvePoint sum = new CurvePoint();
    for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
      sum.add(sum.copy());
      if (scalar.testBit(bit)) {
        sum.add(CurvePoint.base());
      }
    }
    return sum;
  }
}
