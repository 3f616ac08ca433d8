package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import klatch.libp2p.wire.Protobuf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peer-ids specification's keys of all four kinds. */
class KeyVectorsTest {
  private static final byte[] MESSAGE = "libp2p".getBytes(StandardCharsets.UTF_8);
  private static final Properties VECTORS = new Properties();

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in = Objects.requireNonNull(KeyVectorsTest.class.getResourceAsStream("key-vectors.properties"))) {
      VECTORS.load(in);
    }
  }

  private static byte[] vector(String name) {
    return HexFormat.of().parseHex(VECTORS.getProperty(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "secp256k1", "rsa", "ecdsa"})
  void aPrivateKeyGivesItsPublicKeyAndSignsForIt(String kind) throws Exception {
    PrivateKey key = PrivateKeys.decode(vector(kind + ".private"));
    assertThat(key.identity().encode()).isEqualTo(vector(kind + ".public"));
    PublicKey identity = PublicKey.decode(vector(kind + ".public"));
    assertThat(identity).isEqualTo(key.identity());
    byte[] signature = key.sign(MESSAGE);
    assertThat(identity.verify(MESSAGE, signature)).isTrue();
    assertThat(identity.verify(new byte[]{1}, signature)).isFalse();
    signature[signature.length / 2] ^= 1;
    assertThat(identity.verify(MESSAGE, signature)).isFalse();
    assertThat(identity.verify(MESSAGE, new byte[0])).isFalse();
    assertThat(key.toString()).contains(key.peerId().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "secp256k1"})
  void aShortKeyIsInsideItsId(String kind) throws Exception {
    PublicKey key = PublicKey.decode(vector(kind + ".public"));
    assertThat(PeerId.of(key).bytes()).startsWith(0x00, key.encode().length).endsWith(key.encode());
    assertThat(PeerId.of(key).inlinedKey()).contains(key);
    assertThat(PeerId.parse(PeerId.of(key).toString())).isEqualTo(PeerId.of(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ecdsa"})
  void aLongKeyIsNot(String kind) throws Exception {
    PeerId id = PublicKey.decode(vector(kind + ".public")).peerId();
    assertThat(id.bytes()).hasSize(34).startsWith(0x12, 0x20);
    assertThat(id.toString()).startsWith("Qm");
    assertThat(id.inlinedKey()).isEmpty();
  }

  @Test
  void keysThatCannotBeTrustedAreRefused() throws Exception {
    byte[] good = vector("ed25519.public");
    byte[] nonMinimal = new Protobuf.Writer().bytes(2, new byte[32]).number(1, 1).toByteArray();
    byte[] smallRsa = HexFormat.of().parseHex(
        "305c300d06092a864886f70d0101010500034b003048024100" + "c1".repeat(64) + "0203010001");
    byte[] offCurve = new byte[33];
    offCurve[0] = 2;
    offCurve[32] = 5;
    for (byte[] bad : List.of(new byte[0], new byte[3000], nonMinimal,
        new Protobuf.Writer().number(1, 1).bytes(2, new byte[31]).toByteArray(),
        new Protobuf.Writer().number(1, 7).bytes(2, new byte[32]).toByteArray(),
        new Protobuf.Writer().number(1, 0).bytes(2, smallRsa).toByteArray(),
        new Protobuf.Writer().number(1, 0).bytes(2, new byte[100]).toByteArray(),
        new Protobuf.Writer().number(1, 2).bytes(2, offCurve).toByteArray(),
        new Protobuf.Writer().number(1, 3).bytes(2, new byte[91]).toByteArray(),
        java.util.Arrays.copyOf(good, good.length + 1))) {
      assertThatThrownBy(() -> PublicKey.decode(bad)).as(HexFormat.of().formatHex(bad))
          .isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> Secp256k1Key.fromSecret(new byte[32])).isInstanceOf(MalformedMessageException.class);
    byte[] otherPublic = vector("ed25519.private");
    otherPublic[otherPublic.length - 1] ^= 1;
    assertThatThrownBy(() -> PrivateKeys.decode(otherPublic)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("not its own");
  }

  @Test
  void anOldPrivateKeyThatRepeatsThePublicOneIsRead() throws Exception {
    byte[] data = java.util.Arrays.copyOfRange(vector("ed25519.private"), 4, 68);
    byte[] repeated = java.util.Arrays.copyOf(data, 96);
    System.arraycopy(data, 32, repeated, 64, 32);
    byte[] old = new Protobuf.Writer().number(1, 1).bytes(2, repeated).toByteArray();
    assertThat(PrivateKeys.decode(old).identity().encode()).isEqualTo(vector("ed25519.public"));
  }
}
