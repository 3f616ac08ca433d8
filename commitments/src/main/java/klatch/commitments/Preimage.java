package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** The secret that claims an HTLC (BOLT 2, payment_preimage). Its text form hides it. */
public final class Preimage {
  private final byte[] bytes;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Preimage(byte[] bytes) {
    this.bytes = Bytes32.checked(bytes, "preimage");
  }

  /** @param hex 64 hex digits */
  public static Preimage parse(String hex) {
    return new Preimage(Bytes32.parse(hex, "preimage"));
  }

  @JsonValue
  public byte[] bytes() {
    return bytes.clone();
  }

  /** 64 hex digits: for storing it, never for a log line. */
  public String hex() {
    return Bytes32.hex(bytes);
  }

  public PaymentHash hash() {
    return new PaymentHash(Bytes32.sha256(bytes));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Preimage that && Bytes32.same(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** 64 hex digits. */
  @Override
  public String toString() {
    return "preimage of " + hash();
  }
}
