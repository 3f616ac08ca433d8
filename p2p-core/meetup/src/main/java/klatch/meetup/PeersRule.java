package klatch.meetup;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import klatch.log.DeviceId;

/** The rule <em>peers</em> as a pure function of who met whom (docs/spec/checkin.md). */
final class PeersRule {
  /** Three people are harder to win for a lie than one, and everybody meets three at a meetup. */
  static final int ENCOUNTERS = 3;
  /** Who alone brings more people than this into the circle is taken for a maker of people. */
  static final int CHARGES = 20;

  private final Set<DeviceId> doors;
  private final Acquaintance circle;
  private final Set<DeviceId> witnesses;
  private final SortedSet<DeviceId> overstretched = new TreeSet<>();
  /** Doors, who met one, and who met somebody who did; without those whose word does not count. */
  private final Set<DeviceId> vouching = new TreeSet<>();

  private PeersRule(Set<DeviceId> doors, Set<DeviceId> seated, Acquaintance everybody) {
    this.doors = doors;
    this.circle = everybody.among(device -> doors.contains(device) || seated.contains(device));
    this.witnesses = circle.devices().stream().filter(isDoor().negate())
        .filter(device -> !circle.of(device, isDoor()).isEmpty()).collect(Collectors.toUnmodifiableSet());
    charges().forEach((witness, charges) -> {
      if (charges > CHARGES) {
        overstretched.add(witness);
      }
    });
    circle.devices().stream().filter(device -> isReached(device) && !overstretched.contains(device))
        .forEach(vouching::add);
  }

  /**
   * @param doors devices of the event's doors
   * @param seated people with a confirmed seat
   */
  static Presence judge(EventId event, Set<DeviceId> doors, Set<DeviceId> seated, Acquaintance everybody) {
    PeersRule rule = new PeersRule(doors, seated, everybody);
    SortedMap<DeviceId, Evidence> people = new TreeMap<>();
    everybody.devices().forEach(device -> people.put(device, rule.evidence(device)));
    return new Presence(event, people, rule.overstretched,
        everybody.clusters(rule::links).stream().filter(cluster -> cluster.stream().noneMatch(doors::contains))
            .toList(),
        new TreeSet<>());
  }

  private Predicate<DeviceId> isDoor() {
    return doors::contains;
  }

  /** For how many people each witness is the only one who leads to a door. */
  private Map<DeviceId, Integer> charges() {
    Map<DeviceId, Integer> charges = new TreeMap<>();
    for (DeviceId device : circle.devices()) {
      if (!doors.contains(device) && !witnesses.contains(device)) {
        Set<DeviceId> known = circle.of(device, witnesses::contains).keySet();
        if (known.size() == 1) {
          charges.merge(known.iterator().next(), 1, Integer::sum);
        }
      }
    }
    return charges;
  }

  private boolean isReached(DeviceId device) {
    return doors.contains(device) || witnesses.contains(device) || !circle.of(device, this::testifies).isEmpty();
  }

  private boolean testifies(DeviceId device) {
    return doors.contains(device) || (witnesses.contains(device) && !overstretched.contains(device));
  }

  private boolean links(DeviceId one, DeviceId other) {
    return doors.contains(one) || doors.contains(other)
        || (!overstretched.contains(one) && !overstretched.contains(other));
  }

  private Evidence evidence(DeviceId device) {
    SortedMap<DeviceId, SignedEncounter> counted = circle.of(device, vouching::contains);
    int others = vouching.size() - (vouching.contains(device) ? 1 : 0);
    int needed = Math.clamp(others, 1, ENCOUNTERS);
    boolean witnessed = counted.keySet().stream().anyMatch(this::testifies);
    return new Evidence(counted, needed, witnessed, witnessed && counted.size() >= needed,
        witnessed && counted.size() >= ENCOUNTERS, Set.of());
  }
}
