package klatch.meetup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import klatch.log.DeviceId;

/** Who met whom: for each pair of devices the earliest of their encounters. Owned by the thread that builds it. */
final class Acquaintance {
  private final SortedMap<DeviceId, SortedMap<DeviceId, SignedEncounter>> met = new TreeMap<>();

  void add(SignedEncounter signed) {
    Encounter encounter = signed.encounter();
    add(encounter.keyA(), encounter.keyB(), signed);
    add(encounter.keyB(), encounter.keyA(), signed);
  }

  private void add(DeviceId one, DeviceId other, SignedEncounter signed) {
    met.computeIfAbsent(one, device -> new TreeMap<>()).merge(other, signed,
        (a, b) -> SignedEncounter.EARLIEST.compare(a, b) <= 0 ? a : b);
  }

  /** The same without everybody who does not pass. */
  Acquaintance among(Predicate<DeviceId> some) {
    Acquaintance among = new Acquaintance();
    met.forEach((one, others) -> others.forEach((other, signed) -> {
      if (some.test(one) && some.test(other)) {
        among.add(one, other, signed);
      }
    }));
    return among;
  }

  Set<DeviceId> devices() {
    return Collections.unmodifiableSet(met.keySet());
  }

  Map<DeviceId, SignedEncounter> of(DeviceId device) {
    return Collections.unmodifiableMap(met.getOrDefault(device, Collections.emptySortedMap()));
  }

  /** Whom {@code device} met, of those who pass. */
  SortedMap<DeviceId, SignedEncounter> of(DeviceId device, Predicate<DeviceId> some) {
    SortedMap<DeviceId, SignedEncounter> found = new TreeMap<>(of(device));
    found.keySet().removeIf(some.negate());
    return found;
  }

  /** Groups of at least two who met, directly or through each other, over the links that count. */
  List<SortedSet<DeviceId>> clusters(BiPredicate<DeviceId, DeviceId> link) {
    List<SortedSet<DeviceId>> clusters = new ArrayList<>();
    Set<DeviceId> left = new TreeSet<>(met.keySet());
    while (!left.isEmpty()) {
      SortedSet<DeviceId> cluster = new TreeSet<>();
      Deque<DeviceId> open = new ArrayDeque<>(List.of(left.iterator().next()));
      while (!open.isEmpty()) {
        DeviceId next = open.remove();
        if (cluster.add(next)) {
          of(next).keySet().stream().filter(other -> link.test(next, other)).forEach(open::add);
        }
      }
      left.removeAll(cluster);
      if (cluster.size() > 1) {
        clusters.add(cluster);
      }
    }
    return clusters;
  }
}
