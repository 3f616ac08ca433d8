package klatch.libp2p.noise;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.MemoryConnection;
import klatch.libp2p.transport.RawBytes;

/** What the other side of a Noise handshake sends: the messages, the payload inside them, and the channel after it. */
final class NoiseFuzzTest {
  private static final int MOST_MUXERS = 16;
  private static final int MOST_AT_ONCE = 100;
  /** Our answer with its length, key, sealed key and sealed payload of an Ed25519 identity. */
  private static final int LONGEST_ANSWER_BYTES = 512;
  private static final NoiseHandshake.Credentials OURS = NoiseHandshake.Credentials.of(
      Ed25519Key.fromSeed(new byte[32]),
      java.util.List.of("/yamux/1.0.0"), new java.security.SecureRandom());

  @FuzzTest
  void aPayloadIsTakenOnlyWithASignatureOfItsIdentity(byte[] input) {
    try {
      NoiseHandshake.Remote remote = NoiseHandshake.verify(input, new byte[NoiseXx.KEY_BYTES]);
      assertThat(remote.muxers()).hasSizeLessThanOrEqualTo(MOST_MUXERS);
      assertThat(remote.key().peerId()).isNotNull();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aListenerAnswersAtMostOneMessageAndTrustsNobodyForIt(byte[] input) {
    MemoryConnection raw = new MemoryConnection(input, MOST_AT_ONCE);
    try {
      NoiseHandshake.start(new RawBytes(raw), OURS, new java.security.SecureRandom()).respond();
      throw new AssertionError("nobody can have sealed a payload for a key that was just made");
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
    assertThat(raw.answered().length).isLessThanOrEqualTo(LONGEST_ANSWER_BYTES);
  }

  @FuzzTest
  void aDialerTrustsNobodyWhoCannotSeal(byte[] input) {
    MemoryConnection raw = new MemoryConnection(input, MOST_AT_ONCE);
    try {
      NoiseHandshake.start(new RawBytes(raw), OURS, new java.security.SecureRandom()).initiate(Optional.empty());
      throw new AssertionError("nobody can have sealed a payload for a key that was just made");
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
    assertThat(raw.answered()).hasSize(2 + NoiseXx.KEY_BYTES);
  }

  @FuzzTest
  void aSealedMessageIsOpenedOrRefused(byte[] input) {
    NoiseChannel channel = new NoiseChannel(new RawBytes(new MemoryConnection(input, MOST_AT_ONCE)),
        new NoiseCipher(new byte[32]), new NoiseCipher(new byte[32]));
    try {
      for (int count = channel.read(); count >= 0; count = channel.read()) {
        assertThat(count).isLessThanOrEqualTo(input.length - NoiseCipher.TAG_BYTES);
      }
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
