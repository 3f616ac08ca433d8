package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about this person's own payouts. */
public final class Claims {
  private Claims() {}

  /**
   * {@code POST /events/{id}/claim}: exactly one of them.
   *
   * @param to     an invoice, a Lightning address or a pay code
   * @param byCode whether a wallet is to scan a code
   * @param here   whether they come to this node again
   */
  public record Choose(@Nullable String to, @Nullable Boolean byCode, @Nullable Boolean here) {}

  /**
   * {@code GET} and {@code POST /events/{id}/claim}.
   *
   * @param state          nothing_due, claimable, claimed, paid or unclaimed
   * @param round          of the latest payout, 0 while there is none
   * @param amountMsat     what an invoice for it must ask for, to the millisatoshi
   * @param closesAtMillis until when it can be claimed; then it goes to the next by the draw
   * @param way            here, invoice, address or code
   * @param address        the Lightning address or pay code
   * @param problem        what is in the way, if something has to be done about it
   * @param code           the web address for a wallet to withdraw by (LUD-03), while it waits for one
   */
  public record Claim(String event, String state, int round, long amountMsat, @Nullable Long closesAtMillis, String way,
      @Nullable String address, @Nullable String problem, @Nullable String code) {}

  /** {@code GET /claims}: payouts that are not paid yet, those that close first at the beginning. */
  public record Open(List<Claim> claims) {}
}
