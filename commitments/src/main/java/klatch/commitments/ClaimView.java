package klatch.commitments;

import java.util.Optional;
import klatch.meetup.EventId;

/**
 * This person's payout of one event, as far as it is.
 *
 * @param state         where it stands
 * @param round         the latest round that names this person, 0 if none does
 * @param amount        to the millisatoshi what an invoice must ask for; zero while nothing is due
 * @param closesAtMillis until when it can be claimed; then it goes to the next by the draw
 * @param target        where it is to go
 * @param problem       why it has not been claimed or paid yet, if something has to be done about it
 * @param code          the web address that a wallet scans, if it is to be withdrawn and can be now
 */
public record ClaimView(EventId event, State state, int round, Msat amount, long closesAtMillis, ClaimTarget target,
    Optional<String> problem, Optional<String> code) {
  /** Where it stands. */
  public enum State {
    /** Not settled yet, or nothing for this person. */
    NOTHING_DUE,
    /** It waits for an invoice. */
    CLAIMABLE,
    /** The organiser has an invoice, or the code to take one by. */
    CLAIMED, PAID,
    /** The time is over: it went on to the next by the draw. */
    UNCLAIMED
  }
}
