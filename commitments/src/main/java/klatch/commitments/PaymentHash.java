package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import klatch.log.Bytes32;

/** SHA-256 of a preimage: what an HTLC is locked to (BOLT 2, payment_hash). */
public final class PaymentHash extends Bytes32<PaymentHash> {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public PaymentHash(byte[] bytes) {
    super(bytes, "payment hash");
  }

  /** @param hex 64 hex digits */
  public static PaymentHash parse(String hex) {
    return new PaymentHash(fromHex(hex, "payment hash"));
  }
}
