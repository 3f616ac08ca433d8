package klatch.meetup;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import klatch.log.DeviceId;

/**
 * Who was at an event by its rule, each with the encounter that proves it. Whether they had a seat is another
 * question ({@link Seats}).
 */
public record Presence(EventId event, SortedMap<DeviceId, SignedEncounter> proofs) {
  public Presence {
    proofs = Collections.unmodifiableSortedMap(new TreeMap<>(proofs));
  }

  public Set<DeviceId> present() {
    return proofs.keySet();
  }

  public boolean isPresent(DeviceId attendee) {
    return proofs.containsKey(attendee);
  }

  public Optional<SignedEncounter> proof(DeviceId attendee) {
    return Optional.ofNullable(proofs.get(attendee));
  }

  /**
   * The rule <em>door</em>: {@code attendee} met the device of a door in the hours of check-in.
   *
   * @return whether this encounter, if its signatures hold, makes {@code attendee} present at {@code event}
   */
  static boolean byDoor(MeetupEvent event, Encounter encounter, DeviceId attendee) {
    DeviceId other = encounter.keyA().equals(attendee) ? encounter.keyB() : encounter.keyA();
    return event.doors().contains(other) && inWindow(event.times(), encounter.epoch());
  }

  /** A step counts when any of its moments lies in the window. */
  static boolean inWindow(EventTimes times, long epoch) {
    long start = Encounter.startMillis(epoch);
    return start + Encounter.STEP_MILLIS > times.checkInOpensAtMillis() && start < times.checkInClosesAtMillis();
  }

  static Presence of(EventId event, Map<DeviceId, SignedEncounter> proofs) {
    return new Presence(event, new TreeMap<>(proofs));
  }
}
