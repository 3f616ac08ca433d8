package klatch.commitments;

/** Where this person wants the payouts of one event. */
public sealed interface ClaimTarget {
  /** To this node's own Lightning: what happens unless another one is chosen. */
  record OwnNode() implements ClaimTarget {}

  /** To whoever wrote this invoice: one payout of one round. */
  record Invoice(String bolt11) implements ClaimTarget {}

  /** To a Lightning address or pay code, which gives a fresh invoice for each payout and each try. */
  record Address(String address) implements ClaimTarget {}

  /**
   * To the wallet that shows this code to the organiser's node first.
   *
   * @param base what {@link #code} makes a code for each try of; never leaves this node
   */
  record Code(Preimage base) implements ClaimTarget {
    /** The secret of one try of one round: whoever has it, and nobody before, can withdraw. */
    Preimage code(int round, int attempt) {
      return new Preimage(klatch.log.Bytes32.sha256(
          java.nio.ByteBuffer.allocate(klatch.log.Bytes32.LENGTH + 2 * Integer.BYTES).put(base.bytes()).putInt(round)
              .putInt(attempt).array()));
    }
  }
}
