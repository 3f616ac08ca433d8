package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.random.RandomGenerator;
import klatch.log.Bytes32;

/** The payer's own name for one payment: paying twice under one id pays once. */
public final class PaymentId extends Bytes32<PaymentId> {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public PaymentId(byte[] bytes) {
    super(bytes, "payment id");
  }

  /** @param hex 64 hex digits */
  public static PaymentId parse(String hex) {
    return new PaymentId(fromHex(hex, "payment id"));
  }

  /** A new one. */
  public static PaymentId random(RandomGenerator random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new PaymentId(bytes);
  }
}
