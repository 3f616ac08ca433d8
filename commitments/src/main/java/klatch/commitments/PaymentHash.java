package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** SHA-256 of a preimage: what an HTLC is locked to (BOLT 2, payment_hash). */
public final class PaymentHash {
  private final byte[] bytes;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public PaymentHash(byte[] bytes) {
    this.bytes = Bytes32.checked(bytes, "payment hash");
  }

  /** @param hex 64 hex digits */
  public static PaymentHash parse(String hex) {
    return new PaymentHash(Bytes32.parse(hex, "payment hash"));
  }

  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PaymentHash that && Bytes32.same(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return Bytes32.hex(bytes);
  }
}
