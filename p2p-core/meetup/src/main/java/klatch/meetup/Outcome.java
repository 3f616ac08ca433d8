package klatch.meetup;

import java.util.function.Function;

/** What became of something a person asked this node to do. Being refused is expected, not an error. */
public sealed interface Outcome<T> {
  /** It is done and durable. */
  record Done<T>(T value) implements Outcome<T> {
  }

  /** Nothing was written. */
  record Refused<T>(Refusal refusal, String message) implements Outcome<T> {
  }

  static <T> Outcome<T> done(T value) {
    return new Done<>(value);
  }

  static <T> Outcome<T> refused(Refusal refusal, String message) {
    return new Refused<>(refusal, message);
  }

  /** The same refusal, or something made of the value. */
  default <U> Outcome<U> map(Function<T, U> made) {
    return switch (this) {
      case Done<T>(T value) -> done(made.apply(value));
      case Refused<T>(Refusal refusal, String message) -> refused(refusal, message);
    };
  }

  /**
   * The value, for callers that have ruled a refusal out or map it elsewhere.
   *
   * @throws RefusedException when it was refused
   */
  default T orThrow() {
    return switch (this) {
      case Done<T>(T value) -> value;
      case Refused<T>(Refusal refusal, String message) -> throw new RefusedException(refusal, message);
    };
  }
}
