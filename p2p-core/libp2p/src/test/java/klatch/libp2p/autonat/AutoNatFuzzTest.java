package klatch.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import klatch.libp2p.MalformedMessageException;

/** What AutoNAT's two sides are sent: messages that stay the same when written again, or a refusal. */
final class AutoNatFuzzTest {
  @FuzzTest
  void aMessageThatCanBeReadIsTheSameWhenWrittenAndReadAgain(byte[] input) {
    try {
      DialMessage message = DialMessage.decode(input);
      assertThat(DialMessage.decode(message.encode())).isEqualTo(message);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void anAnswerOfVersionOneIsReadOrRefused(byte[] input) {
    try {
      assertThat(AutoNatV1.answer(input)).isNotNull();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
