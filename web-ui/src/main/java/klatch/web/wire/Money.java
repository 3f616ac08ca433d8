package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about what happens to the deposits after the event. All amounts are msat. */
public final class Money {
  private Money() {}

  /**
   * {@code POST /events/{id}/settle}. Settling goes on by itself; asking again shows how far it is.
   *
   * @param done    whether every deposit and every payout has come to its end
   * @param summary the same in words
   */
  public record Settled(String event, boolean done, String summary) {}

  /**
   * {@code GET /events/{id}/audit}: the settlement recomputed from the log alone.
   *
   * @param clean    whether nothing differs
   * @param findings every difference, with the signed statements that prove it
   */
  public record Audit(String event, boolean clean, List<Finding> findings) {}

  /**
   * @param person whom it is about, if one person
   * @param proofs ids of the entries that prove it
   */
  public record Finding(String kind, @Nullable String person, String message, List<String> proofs) {}

  /**
   * {@code GET /events/{id}/report}: what became of the money.
   *
   * @param potMsat     the sum of the collected deposits
   * @param paidOutMsat the sum of the payouts that arrived
   * @param feesMsat    the routing fees of the payouts
   * @param reserveMsat what is kept for fees now
   */
  public record Report(String event, boolean done, long potMsat, long paidOutMsat, long feesMsat, long reserveMsat,
      List<Line> people) {}

  /** One person's line of the report. */
  public record Line(String person, @Nullable String nickname, boolean present, String state, long depositMsat,
      long releasedMsat, long forfeitedMsat, long payoutMsat, String payoutState) {}
}
