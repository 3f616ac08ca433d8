package klatch.libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;

/** What a peer tells of itself, with anything in it: bounded lists, or a refusal. */
final class IdentifyFuzzTest {
  private static final PeerId PEER = PeerId.of(Ed25519Key.fromSeed(new byte[32]).publicKey());
  private static final int MAX_PROTOCOLS = 256;

  @FuzzTest
  void aDescriptionThatCanBeReadIsBoundedAndOfThePeerItCameFrom(byte[] input) {
    try {
      var description = IdentifyMessage.read(PEER, new ByteArrayInputStream(input)).onto(PEER, Optional.empty());
      assertThat(description.peer()).isEqualTo(PEER);
      assertThat(description.protocols()).hasSizeLessThanOrEqualTo(MAX_PROTOCOLS);
      assertThat(description.listenAddresses()).hasSizeLessThanOrEqualTo(PeerRecord.MAX_ADDRESSES);
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void anEnvelopeIsOpenedOnlyWhenItsSignatureVerifies(byte[] input) {
    try {
      assertThat(PeerRecord.open(SignedEnvelope.decode(input)).addresses())
          .hasSizeLessThanOrEqualTo(PeerRecord.MAX_ADDRESSES);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
