package klatch.meetup.checkin;

import java.util.Optional;
import klatch.meetup.ByteString;

/** The chain as far as check-in looks at it: bytes that nobody knew long before. Answers at once, from memory. */
public interface Beacon {
  /** A day: enough for a phone that has been away, and still a bound on how long ahead a code can have been made. */
  int MOST_BLOCKS = 144;

  /** The newest block's hash, 32 bytes; empty when no chain is known. */
  Optional<ByteString> newest();

  /** How many blocks lie above this one, 0 for the newest; empty when it is not on the chain that is known. */
  Optional<Integer> depth(ByteString hash);

  /** No chain is known here. */
  static Beacon none() {
    return new Beacon() {
      @Override
      public Optional<ByteString> newest() {
        return Optional.empty();
      }

      @Override
      public Optional<Integer> depth(ByteString hash) {
        return Optional.empty();
      }
    };
  }
}
