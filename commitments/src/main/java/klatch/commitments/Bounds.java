package klatch.commitments;

import java.util.HashSet;
import java.util.List;
import klatch.log.DeviceId;

/** Refuses what lies outside, with both values named. */
final class Bounds {
  private Bounds() {}

  static void within(long value, long least, long most, String what) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(what + " must lie in " + least + ".." + most + ", not " + value);
    }
  }

  static void amount(Msat amount, Msat most) {
    within(amount.value(), 0, most.value(), "amount in msat");
  }

  static void text(String text, int mostChars, String what) {
    within(text.length(), 1, mostChars, "number of characters of the " + what);
  }

  static List<DeviceId> people(List<DeviceId> people) {
    within(people.size(), 0, DepositTerms.MOST_PEOPLE, "number of people");
    if (new HashSet<>(people).size() != people.size()) {
      throw new IllegalArgumentException("somebody is named twice");
    }
    return List.copyOf(people);
  }
}
