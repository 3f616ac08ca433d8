package klatch.meetup;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import klatch.log.DeviceId;

/**
 * What the encounters of one person at one event are worth by the event's rule.
 *
 * @param counted the encounters that count for this person, each by the other device
 * @param needed how many have to count
 * @param witnessed whether one of them is with a door or, by the rule <em>peers</em>, with somebody whom a door has met
 * @param present what follows
 * @param lasting whether people who come later cannot make more encounters necessary
 * @param byHand the doors that let them in by hand, which by the rule <em>door</em> is enough
 */
public record Evidence(SortedMap<DeviceId, SignedEncounter> counted, int needed, boolean witnessed, boolean present,
    boolean lasting, Set<DeviceId> byHand) {
  public Evidence {
    byHand = Set.copyOf(byHand);
    counted = Collections.unmodifiableSortedMap(new TreeMap<>(counted));
  }

  /** By the rule <em>door</em>, where one encounter with a door is enough, and else the word of one. */
  static Evidence byDoor(SortedMap<DeviceId, SignedEncounter> withDoors, Set<DeviceId> byHand) {
    boolean met = !withDoors.isEmpty();
    boolean present = met || !byHand.isEmpty();
    return new Evidence(withDoors, 1, met, present, present, byHand);
  }

  /** The encounters that count, the earliest first. */
  public List<SignedEncounter> proofs() {
    return counted.values().stream().sorted(SignedEncounter.EARLIEST).toList();
  }
}
