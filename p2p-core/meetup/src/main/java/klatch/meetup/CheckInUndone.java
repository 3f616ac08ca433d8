package klatch.meetup;

import java.util.HashSet;
import java.util.List;

/**
 * A wrong check-in is taken back: these no longer make anybody present. The organiser can say so about any, another door
 * about its own. What was done about a deposit before stays done, and nobody's deposit is forfeited by it
 * ({@link Presence#undone}).
 *
 * @param encounters each by its {@link Encounter#digest}, or the id of a {@link CheckedInByHand} entry; 1 to
 *                   {@link Limits#UNDONE}, none twice
 */
public record CheckInUndone(EventId event, List<ByteString> encounters, String reason) implements MeetupMessage {
  public CheckInUndone {
    encounters = List.copyOf(encounters);
    Limits.within(encounters.size(), 1, Limits.UNDONE, "number of encounters");
    encounters.forEach(digest -> Limits.length(digest, Encounter.DIGEST_BYTES, "digest of an encounter"));
    if (new HashSet<>(encounters).size() != encounters.size()) {
      throw new IllegalArgumentException("an encounter is named twice");
    }
    Limits.text(reason, Limits.REASON_CHARS, "reason");
  }
}
