package klatch.regtest.storm;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * What a {@link Storm} ended with.
 *
 * @param kills          by node
 * @param collected      deposits that were held and then collected
 * @param released       deposits that were held and then given back
 * @param neverHeld      deposits that came back before they were held, because somebody on the way was dead
 * @param payouts        that arrived
 * @param failedPayouts  that found no way and came back
 * @param channelsOpened besides those of the start
 * @param channelsClosed of those, with the peer's consent
 * @param problems       in words; empty if nothing was lost, doubled or closed
 */
@JsonPropertyOrder({"seed", "kills", "collected", "released", "neverHeld", "payouts", "failedPayouts", "channelsOpened",
    "channelsClosed", "blocks", "seconds", "problems"})
public record StormResult(long seed, Map<String, Integer> kills, int collected, int released, int neverHeld,
    int payouts,
    int failedPayouts, int channelsOpened, int channelsClosed, int blocks, double seconds, List<String> problems) {
  public StormResult {
    kills = Map.copyOf(kills);
    problems = List.copyOf(problems);
  }

  public int allKills() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  public boolean good() {
    return problems.isEmpty();
  }
}
