package klatch.libp2p.dcutr;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import klatch.libp2p.MalformedMessageException;

/** What is sent to have holes punched: messages that stay the same when written again, or a refusal. */
final class DcutrFuzzTest {
  @FuzzTest
  void aMessageThatCanBeReadIsTheSameWhenWrittenAndReadAgain(byte[] input) {
    try {
      HolePunch message = HolePunch.decode(input);
      assertThat(HolePunch.decode(message.encode())).isEqualTo(message);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
