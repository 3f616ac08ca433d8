package klatch.libp2p.multistream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;

/** Both sides of the negotiation against a peer that says anything: it agrees on what we have, or ends. */
final class MultistreamFuzzTest {
  private static final List<String> OURS = List.of("/a/1.0.0", "/b/1.0.0");
  private static final int MAX_ANSWER_BYTES = 64;

  @FuzzTest
  void aListenerAgreesOnlyOnWhatItHasAndAnswersNoMoreThanItIsAsked(byte[] input) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try {
      assertThat(MultistreamSelect.answer(new ByteArrayInputStream(input), answers, OURS::contains, OURS)).isIn(OURS);
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
    assertThat(answers.size()).isLessThanOrEqualTo((Limits.MAX_PROPOSALS + 1) * MAX_ANSWER_BYTES);
  }

  @FuzzTest
  void aDialerAgreesOnlyOnWhatItProposed(byte[] input) {
    try {
      assertThat(MultistreamSelect.propose(new ByteArrayInputStream(input), new ByteArrayOutputStream(), OURS)
          .orElse(OURS.getFirst())).isIn(OURS);
    } catch (IOException | MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
