package klatch.commitments;

import java.util.List;
import java.util.OptionalLong;

/**
 * What moved between this person and one event, with the times that the organiser's log gives.
 *
 * @param state         of the deposit: empty while nothing is offered, {@code offered}, {@code paying}, {@code failed},
 *                      {@code held}, {@code released}, {@code collected}; as this person's own node knows it, if it does
 * @param endedAtMillis when the organiser wrote that it went back, or was collected
 */
public record OwnMoney(String state, OptionalLong endedAtMillis, ClaimView claim, List<Arrived> payouts) {
  /** A payout whose receipt the organiser has shown. */
  public record Arrived(int round, Msat amount, long atMillis) {}
}
