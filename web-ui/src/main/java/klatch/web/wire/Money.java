package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about what happens to the deposits after the event. All amounts are msat. */
public final class Money {
  private Money() {}

  /**
   * {@code GET /events/{id}/offer}: the hold invoice that locks this person's deposit, for any wallet, once.
   *
   * @param expiresAtMillis    by the Lightning node's clock
   * @param lockClosesAtMillis until then deposits are taken
   */
  public record Offer(String event, String bolt11, long amountMsat, long expiresAtMillis, long lockClosesAtMillis) {}

  /**
   * {@code POST /events/{id}/settle}. Settling goes on by itself; asking again shows how far it is.
   *
   * @param done    whether every deposit and every payout has come to its end
   * @param waiting what it waits for, absent once all is done
   */
  public record Settled(String event, boolean done, @Nullable String waiting, Report report) {}

  /**
   * {@code GET /events/{id}/audit}: the settlement recomputed from the log alone.
   *
   * @param clean    whether nothing differs
   * @param complete whether the organiser has said that all is done
   * @param findings every difference, with the signed statements that prove it
   * @param pending  claimed payouts that the organiser still has time to pay; no difference
   */
  public record Audit(String event, boolean clean, boolean complete, List<Finding> findings, List<Finding> pending) {}

  /**
   * @param person whom it is about, if one person
   * @param proofs ids of the entries that prove it
   */
  public record Finding(String kind, @Nullable String person, String message, List<String> proofs) {}

  /**
   * {@code GET /events/{id}/report}: what became of the money, as the log says.
   *
   * @param done        whether every deposit and every payout has come to its end
   * @param potMsat     the sum of the collected deposits
   * @param paidOutMsat the sum of the payouts that arrived
   * @param feesMsat    the routing fees of the payouts
   * @param leftMsat    pot less payouts and fees
   * @param own         this person's own deposit, absent if there is none
   */
  public record Report(String event, boolean done, long depositMsat, long potMsat, long paidOutMsat, long feesMsat,
      long leftMsat, List<Line> people, @Nullable Own own) {}

  /**
   * One person's line of the report.
   *
   * @param state       offered, held, released or collected
   * @param payoutState empty, claimable, claimed, paid or unclaimed
   */
  public record Line(String person, @Nullable String nickname, boolean present, String state, long heldMsat,
      long releasedMsat, long forfeitedMsat, long payoutMsat, String payoutState) {}

  /**
   * What this person's own node knows.
   *
   * @param feeMsat      what routing the deposit cost, known once it was collected
   * @param receivedMsat the payouts that arrived here
   */
  public record Own(String state, long depositMsat, long feeMsat, long receivedMsat) {}

  /** {@code GET /deposits}: this person's own deposits and shares, the latest event first. */
  public record History(List<Past> deposits) {}

  /**
   * What became of one deposit.
   *
   * @param state       offered, paying, held, released, failed or collected
   * @param feeMsat     what routing it cost from this node, known once it was collected
   * @param payoutMsat  what arrived of the no-shows' deposits
   * @param payoutState empty, claimable, claimed, paid or unclaimed
   */
  public record Past(String event, String title, String zone, long startsAtMillis, String state, long depositMsat,
      long feeMsat, long payoutMsat, String payoutState) {}
}
