package klatch.libp2p.kad;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import klatch.libp2p.MalformedMessageException;

/** What the table's peers are sent: bounded messages that stay the same when written again, or a refusal. */
final class KadFuzzTest {
  @FuzzTest
  void aMessageThatCanBeReadIsBoundedAndTheSameWhenWrittenAndReadAgain(byte[] input) {
    try {
      KadMessage message = KadMessage.decode(input);
      assertThat(message.closer()).hasSizeLessThanOrEqualTo(KadMessage.MAX_PEERS);
      assertThat(message.providers()).hasSizeLessThanOrEqualTo(KadMessage.MAX_PEERS);
      assertThat(KadMessage.decode(message.encode()).encode()).isEqualTo(message.encode());
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
