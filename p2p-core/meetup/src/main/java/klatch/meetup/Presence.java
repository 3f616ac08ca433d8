package klatch.meetup;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import klatch.log.DeviceId;

/**
 * Who was at an event by its rule, each with the encounters that prove it, and why others were not. Whether they had a
 * seat is another question ({@link Seats}).
 *
 * @param people everybody who met somebody
 * @param overstretched by the rule <em>peers</em>, who stands alone for so many that their word does not count
 * @param adrift by the rule <em>peers</em>, groups of people who met each other and have no path to a door
 * @param undone who is not present and had an encounter that was undone: nobody's deposit is lost by that
 */
public record Presence(EventId event, SortedMap<DeviceId, Evidence> people, SortedSet<DeviceId> overstretched,
    List<SortedSet<DeviceId>> adrift, SortedSet<DeviceId> undone) {
  public Presence {
    people = Collections.unmodifiableSortedMap(new TreeMap<>(people));
    overstretched = Collections.unmodifiableSortedSet(new TreeSet<>(overstretched));
    adrift = List.copyOf(adrift);
    undone = Collections.unmodifiableSortedSet(new TreeSet<>(undone));
  }

  /** The same, with those of {@code takenBack} who are not present all the same. */
  Presence without(Set<DeviceId> takenBack) {
    SortedSet<DeviceId> missing = new TreeSet<>(takenBack);
    missing.removeIf(this::isPresent);
    return new Presence(event, people, overstretched, adrift, missing);
  }

  public Set<DeviceId> present() {
    return people.entrySet().stream().filter(person -> person.getValue().present()).map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  public boolean isPresent(DeviceId attendee) {
    return evidence(attendee).filter(Evidence::present).isPresent();
  }

  /** Whether somebody is present however many others come: what may be acted on before check-in has closed. */
  public boolean isLasting(DeviceId attendee) {
    return evidence(attendee).filter(Evidence::lasting).isPresent();
  }

  public Optional<Evidence> evidence(DeviceId person) {
    return Optional.ofNullable(people.get(person));
  }

  /** The encounters that make {@code attendee} present, the earliest first; none for who is not. */
  public List<SignedEncounter> proofs(DeviceId attendee) {
    return evidence(attendee).filter(Evidence::present).map(Evidence::proofs).orElse(List.of());
  }

  /** The earliest of {@link #proofs}. */
  public Optional<SignedEncounter> proof(DeviceId attendee) {
    return proofs(attendee).stream().findFirst();
  }

  /** A step counts when any of its moments lies in the window. */
  static boolean inWindow(EventTimes times, long epoch) {
    long start = Encounter.startMillis(epoch);
    return start + Encounter.STEP_MILLIS > times.checkInOpensAtMillis() && start < times.checkInClosesAtMillis();
  }
}
