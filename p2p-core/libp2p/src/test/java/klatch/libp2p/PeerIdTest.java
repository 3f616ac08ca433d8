package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerIdTest {
  /** The Ed25519 vector of the peer-ids specification: seed, then public key. */
  private static final String SEED = "7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d";
  private static final String PUBLIC = "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
  private static final String ID = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void theSpecificationsPrivateKeyGivesItsPublicKey() {
    Ed25519Key key = Ed25519Key.fromSeed(hex(SEED));
    assertThat(key.publicKey()).isEqualTo(hex(PUBLIC));
    assertThat(key.identity().encode()).isEqualTo(hex("08011220" + PUBLIC));
  }

  @Test
  void anEd25519IdHoldsItsKeyAndReadsBack() throws Exception {
    PeerId id = PeerId.of(hex(PUBLIC));
    assertThat(id.bytes()).isEqualTo(hex("002408011220" + PUBLIC));
    assertThat(id).hasToString(ID);
    assertThat(PeerId.parse(ID)).isEqualTo(id);
    assertThat(PeerId.fromBytes(id.bytes())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(id.publicKey().orElseThrow()).isEqualTo(hex(PUBLIC));
  }

  @Test
  void aCidInBase32OrBase36IsTheSameId() throws Exception {
    // Both texts are of the identity multihash of the specification's key with the codec 0x72 in front.
    assertThat(PeerId.parse(cid("b", 32)).toString()).isEqualTo(ID);
    assertThat(PeerId.parse(cid("k", 36)).toString()).isEqualTo(ID);
  }

  /** Encodes by plain arithmetic, apart from the decoder under test. */
  private static String cid(String prefix, int radix) {
    byte[] bytes = hex("0172002408011220" + PUBLIC);
    java.math.BigInteger value = new java.math.BigInteger(1, bytes);
    if (radix == 36) {
      return prefix + value.toString(36);
    }
    int digits = (bytes.length * 8 + 4) / 5;
    value = value.shiftLeft(digits * 5 - bytes.length * 8);
    StringBuilder text = new StringBuilder();
    for (int i = digits - 1; i >= 0; i--) {
      text.append("abcdefghijklmnopqrstuvwxyz234567".charAt(value.shiftRight(5 * i).intValue() & 31));
    }
    return prefix + text;
  }

  @Test
  void anRsaIdIsReadAndPrintedButGivesNoKey() throws Exception {
    String rsa = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
    assertThat(PeerId.parse(rsa)).hasToString(rsa);
    assertThat(PeerId.parse(rsa).publicKey()).isEmpty();
    assertThat(PeerId.parse("16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY").publicKey()).isEmpty();
  }

  @Test
  void whatIsNotAPeerIdIsRefused() {
    for (String text : List.of("", "1", "Qm", "12D3KooW0", "zzzz", "x123", "bafybeigdyrzt", ID + "1", "1".repeat(300),
        "k" + "z".repeat(400))) {
      assertThatThrownBy(() -> PeerId.parse(text)).as(text).isInstanceOf(MalformedMessageException.class);
    }
    for (String bytes : List.of("", "00", "0024", "0023" + "00".repeat(36), "1221" + "00".repeat(33),
        "002a" + "00".repeat(41), "1320" + "00".repeat(32))) {
      assertThatThrownBy(() -> PeerId.fromBytes(hex(bytes))).as(bytes).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void signaturesFollowRfc8032() {
    // RFC 8032, section 7.1, test 3.
    Ed25519Key key = Ed25519Key.fromSeed(hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
    byte[] message = hex("af82");
    byte[] signature = hex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    assertThat(key.publicKey()).isEqualTo(hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
    assertThat(key.sign(message)).isEqualTo(signature);
    assertThat(Ed25519.verify(key.publicKey(), message, signature)).isTrue();
    assertThat(Ed25519.verify(key.publicKey(), hex("af83"), signature)).isFalse();
    for (int bit = 0; bit < 512; bit++) {
      byte[] spoiled = signature.clone();
      spoiled[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(Ed25519.verify(key.publicKey(), message, spoiled)).isFalse();
    }
    assertThat(Ed25519.verify(new byte[31], message, signature)).isFalse();
    assertThat(Ed25519.verify(key.publicKey(), message, new byte[63])).isFalse();
    assertThat(key.toString()).doesNotContain("c5aa8df4");
  }
}
