package klatch.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import klatch.libp2p.MalformedMessageException;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Test;

/** The published test vector of Noise_XX_25519_ChaChaPoly_SHA256 (the "cacophony" set that Noise implementations share). */
class NoiseXxTest {
  private static final byte[] PROLOGUE = hex("4a6f686e2047616c74");
  private static final String INITIATOR_STATIC = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1";
  private static final String INITIATOR_EPHEMERAL = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
  private static final String RESPONDER_STATIC = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
  private static final String RESPONDER_EPHEMERAL = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";
  private static final String HANDSHAKE_HASH = "c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e";
  private static final String[] PAYLOADS = {"4c756477696720766f6e204d69736573", "4d757272617920526f746862617264",
      "462e20412e20486179656b",
      "4361726c204d656e676572", "4a65616e2d426170746973746520536179", "457567656e2042f6686d20766f6e2042617765726b"};
  private static final String[] CIPHERTEXTS = {
      "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573",
      "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e038c48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed8831161f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad",
      "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f169ae80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6ae769a1d95941d49b25030",
      "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df",
      "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5",
      "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f"};

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static NoiseXx side(String staticKey, String ephemeral) {
    byte[] pub = new byte[NoiseXx.KEY_BYTES];
    X25519.generatePublicKey(hex(staticKey), 0, pub, 0);
    return new NoiseXx(PROLOGUE, hex(staticKey), pub, hex(ephemeral));
  }

  @Test
  void theHandshakeAndTheChannelMatchThePublishedBytes() throws Exception {
    NoiseXx initiator = side(INITIATOR_STATIC, INITIATOR_EPHEMERAL);
    NoiseXx responder = side(RESPONDER_STATIC, RESPONDER_EPHEMERAL);

    byte[] hello = initiator.writeHello(hex(PAYLOADS[0]));
    assertThat(hello).isEqualTo(hex(CIPHERTEXTS[0]));
    assertThat(responder.readHello(hello)).isEqualTo(hex(PAYLOADS[0]));
    byte[] answer = responder.writeAnswer(hex(PAYLOADS[1]));
    assertThat(answer).isEqualTo(hex(CIPHERTEXTS[1]));
    assertThat(initiator.readAnswer(answer)).isEqualTo(hex(PAYLOADS[1]));
    byte[] proof = initiator.writeProof(hex(PAYLOADS[2]));
    assertThat(proof).isEqualTo(hex(CIPHERTEXTS[2]));
    assertThat(responder.readProof(proof)).isEqualTo(hex(PAYLOADS[2]));
    assertThat(initiator.handshakeHash()).isEqualTo(hex(HANDSHAKE_HASH));
    assertThat(responder.handshakeHash()).isEqualTo(hex(HANDSHAKE_HASH));

    NoiseCipher[] sending = initiator.split();
    NoiseCipher[] receiving = responder.split();
    for (int i = 3; i < PAYLOADS.length; i++) {
      // The vector goes on alternating, with the responder first.
      int direction = i % 2 == 1 ? 1 : 0;
      byte[] plain = hex(PAYLOADS[i]);
      byte[] sealed = java.util.Arrays.copyOf(plain, plain.length + NoiseCipher.TAG_BYTES);
      sending[direction].seal(sealed, 0, plain.length);
      assertThat(sealed).isEqualTo(hex(CIPHERTEXTS[i]));
      byte[] opened = new byte[sealed.length];
      int length = receiving[direction].open(sealed, 0, sealed.length, opened);
      assertThat(java.util.Arrays.copyOf(opened, length)).isEqualTo(plain);
    }
  }

  @Test
  void aFlippedBitAnywhereInTheAnswerIsNoticed() throws Exception {
    byte[] answer = hex(CIPHERTEXTS[1]);
    for (int bit = 0; bit < answer.length * 8; bit++) {
      byte[] spoiled = answer.clone();
      spoiled[bit / 8] ^= (byte) (1 << (bit % 8));
      if (bit == 32 * 8 - 1) {
        // X25519 ignores the top bit of a key, yet the hash covers it.
        assertThat(spoiled).isNotEqualTo(answer);
      }
      NoiseXx initiator = side(INITIATOR_STATIC, INITIATOR_EPHEMERAL);
      initiator.writeHello(hex(PAYLOADS[0]));
      assertThatThrownBy(() -> initiator.readAnswer(spoiled)).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void aShortMessageIsRefusedByItsLength() {
    for (int length = 0; length < 96; length++) {
      byte[] cut = java.util.Arrays.copyOf(hex(CIPHERTEXTS[1]), length);
      NoiseXx initiator = side(INITIATOR_STATIC, INITIATOR_EPHEMERAL);
      initiator.writeHello(hex(PAYLOADS[0]));
      assertThatThrownBy(() -> initiator.readAnswer(cut)).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void anAllZeroKeyIsRefused() {
    NoiseXx responder = side(RESPONDER_STATIC, RESPONDER_EPHEMERAL);
    assertThatThrownBy(() -> {
      responder.readHello(new byte[32]);
      responder.writeAnswer(new byte[0]);
    }).isInstanceOf(MalformedMessageException.class).hasMessageContaining("all-zero");
  }
}
