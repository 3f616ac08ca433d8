package klatch.regtest.storm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short one; the long one is {@code klatch regtest storm}. */
@Timeout(240)
final class StormIT {
  private static final int KILLS = 10;

  @Test
  void whoeverIsKilledEverybodyOwnsWhatTheirPaymentsSayAndNoChannelIsLost() throws InterruptedException {
    var result = new Storm(KILLS, System.nanoTime()).run(System.out::println);
    assertThat(result.problems()).as("seed %d", result.seed()).isEmpty();
    assertThat(result.allKills()).isEqualTo(KILLS);
    assertThat(result.collected()).isPositive();
    assertThat(result.released()).isPositive();
    assertThat(result.payouts()).isPositive();
  }
}
