package klatch.meetup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import klatch.log.DeviceId;
import org.jspecify.annotations.Nullable;

/** Reads the encounters of one event into its {@link Presence}. Their order does not matter. */
final class PresenceFold {
  private final MeetupEvent event;
  /** Those that count unless they are undone, by their digests. */
  private final Map<ByteString, SignedEncounter> valid = new HashMap<>();
  private final Set<ByteString> undone = new HashSet<>();
  private Acquaintance met = new Acquaintance();
  private final List<Anomaly> anomalies = new ArrayList<>();
  private @Nullable Presence presence;
  /** With whose seats {@link #presence} was computed. */
  private Set<DeviceId> seated = Set.of();

  PresenceFold(MeetupEvent event) {
    this.event = event;
  }

  /** One encounter of anybody's log. */
  void encounter(Recorded<SignedEncounter> fact, boolean verified) {
    presence = null;
    SignedEncounter signed = fact.message();
    Encounter encounter = signed.encounter();
    if (!encounter.has(fact.author())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.NOT_A_PARTY, fact.author() + " is neither of the two who met"));
    } else if (!verified) {
      anomalies.add(fact.anomaly(Anomaly.Reason.WRONG_SIGNATURE,
          "the encounter of " + encounter.keyA() + " and " + encounter.keyB() + " is not signed by both"));
    } else if (!Presence.inWindow(event.times(), encounter.epoch())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.OUTSIDE_WINDOW,
          "the encounter's time " + Encounter.startMillis(encounter.epoch()) + " is not between "
              + event.times().checkInOpensAtMillis() + " and " + event.times().checkInClosesAtMillis()));
    } else {
      ByteString digest = encounter.digest();
      SignedEncounter kept = valid.merge(digest, signed,
          (one, two) -> SignedEncounter.EARLIEST.compare(one, two) <= 0 ? one : two);
      if (!undone.contains(digest)) {
        met.add(kept);
      }
    }
  }

  /** Takes encounters back, here or still to come; only the founder can. */
  void undone(Recorded<CheckInUndone> fact) {
    if (fact.author().equals(event.host())) {
      presence = null;
      undone.addAll(fact.message().encounters());
      met = new Acquaintance();
      valid.values().stream().filter(signed -> !isUndone(signed.encounter())).forEach(met::add);
    }
  }

  boolean isUndone(Encounter encounter) {
    return undone.contains(encounter.digest());
  }

  List<SignedEncounter> encounters(DeviceId device) {
    return List.copyOf(met.of(device).values());
  }

  /** @param seats only the rule <em>peers</em> looks at them */
  Presence presence(SeatFold seats) {
    Set<DeviceId> confirmed = switch (event.rule()) {
      case DOOR -> Set.of();
      case PEERS -> seats.seats().confirmed();
    };
    Presence known = presence;
    if (known == null || !confirmed.equals(seated)) {
      known = switch (event.rule()) {
        case DOOR -> byDoor();
        case PEERS -> PeersRule.judge(event.id(), event.doors(), confirmed, met);
      };
      known = known.without(takenBack());
      presence = known;
      seated = confirmed;
    }
    return known;
  }

  Optional<SignedEncounter> encounter(DeviceId one, DeviceId other) {
    return Optional.ofNullable(met.of(one).get(other));
  }

  /** By the rule <em>door</em>, what makes somebody present. */
  Optional<SignedEncounter> metDoor(DeviceId device) {
    return Evidence.byDoor(met.of(device, event.doors()::contains)).proofs().stream().findFirst();
  }

  /** Everybody but the doors who had an encounter that was undone. */
  private Set<DeviceId> takenBack() {
    Set<DeviceId> people = new HashSet<>();
    for (ByteString digest : undone) {
      SignedEncounter signed = valid.get(digest);
      if (signed != null) {
        people.add(signed.encounter().keyA());
        people.add(signed.encounter().keyB());
      }
    }
    people.removeAll(event.doors());
    return people;
  }

  private Presence byDoor() {
    Set<DeviceId> doors = event.doors();
    SortedMap<DeviceId, Evidence> people = new TreeMap<>();
    met.devices().forEach(device -> people.put(device, Evidence.byDoor(met.of(device, doors::contains))));
    return new Presence(event.id(), people, new TreeSet<>(), List.of(), new TreeSet<>());
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
