package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.random.RandomGenerator;
import klatch.log.Bytes32;

/** The secret that claims an HTLC (BOLT 2, payment_preimage). Its text form hides it. */
public final class Preimage extends Bytes32<Preimage> {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Preimage(byte[] bytes) {
    super(bytes, "preimage");
  }

  /** @param hex 64 hex digits */
  public static Preimage parse(String hex) {
    return new Preimage(fromHex(hex, "preimage"));
  }

  /** A new one, as good as its source of chance. */
  public static Preimage random(RandomGenerator random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new Preimage(bytes);
  }

  /** 64 hex digits: for storing it, never for a log line. */
  public String hex() {
    return hexDigits();
  }

  public PaymentHash hash() {
    return new PaymentHash(sha256(bytes()));
  }

  /** Hides the secret. */
  @Override
  public String toString() {
    return "preimage of " + hash();
  }
}
