package klatch.meetup;

import java.util.ArrayList;
import java.util.List;
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
  private final Acquaintance met = new Acquaintance();
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
      met.add(signed);
    }
  }

  /** @param seats only the rule <em>peers</em> looks at them */
  Presence presence(SeatFold seats) {
    Set<DeviceId> confirmed = switch (event.details().rule()) {
      case DOOR -> Set.of();
      case PEERS -> seats.seats().confirmed();
    };
    Presence known = presence;
    if (known == null || !confirmed.equals(seated)) {
      known = switch (event.details().rule()) {
        case DOOR -> byDoor();
        case PEERS -> PeersRule.judge(event.id(), event.doors(), confirmed, met);
      };
      presence = known;
      seated = confirmed;
    }
    return known;
  }

  Optional<SignedEncounter> encounter(DeviceId one, DeviceId other) {
    return Optional.ofNullable(met.of(one).get(other));
  }

  private Presence byDoor() {
    Set<DeviceId> doors = event.doors();
    SortedMap<DeviceId, Evidence> people = new TreeMap<>();
    met.devices().forEach(device -> people.put(device, Evidence.byDoor(met.of(device, doors::contains))));
    return new Presence(event.id(), people, new TreeSet<>(), List.of());
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
