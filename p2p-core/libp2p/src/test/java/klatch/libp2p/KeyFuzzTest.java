package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Keys, signatures and peer ids from strangers: read, or refused. */
final class KeyFuzzTest {
  private static final int LONGEST_IDENTITY_BYTES = 42;

  @FuzzTest
  void aPublicKeyThatCanBeReadHasAnIdAndVerifiesNothingThatItDidNotSign(byte[] input) {
    try {
      PublicKey key = PublicKey.decode(input);
      assertThat(PublicKey.decode(key.encode())).isEqualTo(key);
      assertThat(key.peerId().bytes().length).isLessThanOrEqualTo(LONGEST_IDENTITY_BYTES);
      assertThat(key.verify("a message".getBytes(StandardCharsets.UTF_8), input)).isFalse();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aPeerIdThatCanBeReadIsTheSameAfterATripThroughText(byte[] input) {
    try {
      PeerId id = PeerId.fromBytes(input);
      assertThat(PeerId.parse(id.toString())).isEqualTo(id);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aPeerIdThatCanBeReadFromTextIsTheSameAfterATripThroughBytes(byte[] input) {
    try {
      PeerId id = PeerId.parse(new String(input, StandardCharsets.UTF_8));
      assertThat(PeerId.fromBytes(id.bytes())).isEqualTo(id);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aPrivateKeyThatCanBeReadHasAnIdentity(byte[] input) {
    try {
      assertThat(PrivateKeys.decode(input).peerId()).isNotNull();
    } catch (MalformedMessageException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }
}
