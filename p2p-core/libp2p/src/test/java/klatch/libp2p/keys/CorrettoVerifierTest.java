package klatch.libp2p.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.Random;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The native verifier says what BouncyCastle says; skipped where its library does not run. */
class CorrettoVerifierTest {
  private final Optional<SignatureVerifier> found = CorrettoVerifier.find();

  @BeforeEach
  void needsTheLibrary() {
    assumeTrue(found.isPresent(), "the native library does not run on this platform");
  }

  @Test
  void itTakesOverOnceThereIsEnoughToVerify() {
    BusyVerifier busy = new BusyVerifier();
    byte[] message = {1};
    Ed25519Key key = Ed25519Key.generate();
    byte[] signature = key.sign(message);
    for (int i = 1; i < BusyVerifier.WORTH_LOADING_AFTER; i++) {
      assertThat(busy.verify(key.publicKey(), message, signature)).isTrue();
    }
    assertThat(busy.chosen()).isNotInstanceOf(CorrettoVerifier.class);
    assertThat(busy.verify(key.publicKey(), message, signature)).isTrue();
    await().until(() -> busy.chosen() instanceof CorrettoVerifier);
    assertThat(busy.verify(key.publicKey(), message, signature)).isTrue();
    assertThat(busy.verify(key.publicKey(), new byte[]{2}, signature)).isFalse();
  }

  @Test
  void itAgreesOnGoodAndSpoiltSignatures() {
    SignatureVerifier verifier = found.orElseThrow();
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      Ed25519Key key = Ed25519Key.generate();
      byte[] message = new byte[random.nextInt(200)];
      random.nextBytes(message);
      byte[] signature = key.sign(message);
      assertThat(verifier.verify(key.publicKey(), message, signature)).isTrue();
      byte[] spoilt = signature.clone();
      spoilt[random.nextInt(spoilt.length)] ^= (byte) (1 << random.nextInt(8));
      assertThat(verifier.verify(key.publicKey(), message, spoilt)).isFalse();
      byte[] otherKey = key.publicKey();
      otherKey[random.nextInt(otherKey.length)] ^= 1;
      assertThat(verifier.verify(otherKey, message, signature)).isEqualTo(Ed25519.verify(otherKey, message, signature));
    }
  }

  @Test
  void itRefusesLengthsAndKeysThatCannotBe() {
    SignatureVerifier verifier = found.orElseThrow();
    byte[] message = {1};
    byte[] signature = Ed25519Key.generate().sign(message);
    byte[] pastTheField = new byte[32];
    java.util.Arrays.fill(pastTheField, (byte) 0xff);
    for (byte[] key : new byte[][]{new byte[0], new byte[31], new byte[33], new byte[32], pastTheField}) {
      assertThat(verifier.verify(key, message, signature)).isFalse();
    }
    assertThat(verifier.verify(Ed25519Key.generate().publicKey(), message, new byte[63])).isFalse();
  }
}
