package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** The payer's own name for one payment: paying twice under one id pays once. */
public final class PaymentId {
  private final byte[] bytes;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public PaymentId(byte[] bytes) {
    this.bytes = Bytes32.checked(bytes, "payment id");
  }

  /** @param hex 64 hex digits */
  public static PaymentId parse(String hex) {
    return new PaymentId(Bytes32.parse(hex, "payment id"));
  }

  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PaymentId that && Bytes32.same(bytes, that.bytes);
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
