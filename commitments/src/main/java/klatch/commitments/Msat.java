package klatch.commitments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** An amount of millisatoshi, never negative; 1 sat = 1,000 msat. */
public record Msat(@JsonValue long value) implements Comparable<Msat> {
  /** 21 million bitcoin: no amount can be larger. */
  public static final long MAX_VALUE = 21_000_000L * 100_000_000L * 1_000L;

  public static final Msat ZERO = new Msat(0);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Msat {
    if (value < 0 || value > MAX_VALUE) {
      throw new IllegalArgumentException("amount must lie in 0.." + MAX_VALUE + " msat, not " + value);
    }
  }

  public static Msat ofSat(long sat) {
    return new Msat(Math.multiplyExact(sat, 1_000L));
  }

  public Msat plus(Msat other) {
    return new Msat(value + other.value);
  }

  /** @throws IllegalArgumentException if {@code other} is the larger one */
  public Msat minus(Msat other) {
    return new Msat(value - other.value);
  }

  @Override
  public int compareTo(Msat other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value + " msat";
  }
}
