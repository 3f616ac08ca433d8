package klatch.commitments;

/**
 * The payout of somebody whose key is elsewhere, as the log says.
 *
 * @param round          the latest one that names them
 * @param amount         to the millisatoshi what an invoice must ask for
 * @param closesAtMillis until when it can be claimed
 */
public record ServedPayout(int round, ClaimView.State state, Msat amount, long closesAtMillis) {}
