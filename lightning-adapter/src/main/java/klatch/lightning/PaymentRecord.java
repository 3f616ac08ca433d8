package klatch.lightning;

import java.time.Instant;
import java.util.Optional;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;

/**
 * One payment of this node's history, for its operator.
 *
 * @param hash   empty for payments made before hashes were kept
 * @param amount without the fee; empty for a payment made before amounts were kept that has not arrived
 * @param fee    what routing cost; zero unless it was sent
 * @param reason why it failed, in the node's words; empty otherwise
 */
public record PaymentRecord(Direction direction, State state, Optional<PaymentHash> hash, Optional<Msat> amount,
    Msat fee, Instant at, Optional<String> reason) {
  public enum Direction {
    SENT, RECEIVED
  }

  /** A payment of a hold invoice is pending while it is held; {@code GIVEN_BACK} is one that its payee released. */
  public enum State {
    PENDING, DONE, FAILED, GIVEN_BACK
  }
}
