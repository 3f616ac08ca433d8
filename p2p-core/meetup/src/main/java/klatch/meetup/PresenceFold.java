package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import org.jspecify.annotations.Nullable;

/** Reads the encounters of one event into its {@link Presence}. Their order does not matter. */
final class PresenceFold {
  private final MeetupEvent event;
  /** Those that count unless they are undone, by their digests. */
  private final Map<ByteString, SignedEncounter> valid = new HashMap<>();
  /** Those that count unless they are undone, by the ids of their entries. */
  private final Map<ByteString, Recorded<CheckedInByHand>> byHand = new HashMap<>();
  /** The same by person. */
  private final Map<DeviceId, List<Recorded<CheckedInByHand>>> letIn = new HashMap<>();
  /** Who takes what back, by digests and entry ids; whether they may is another question. */
  private final Map<ByteString, Set<DeviceId>> undone = new HashMap<>();
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
      if (!isUndone(encounter)) {
        met.add(kept);
      }
    }
  }

  /** One line of anybody's log. */
  void byHand(Recorded<CheckedInByHand> fact) {
    presence = null;
    if (event.rule() != PresenceRule.DOOR || !event.doors().contains(fact.author())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.NOT_A_DOOR,
          "by the rule " + event.rule() + ", " + fact.author() + " lets nobody in by hand"));
    } else if (!event.times().checkInOpenAt(fact.timestampMillis())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.OUTSIDE_WINDOW,
          fact.timestampMillis() + " is not between " + event.times().checkInOpensAtMillis() + " and "
              + event.times().checkInClosesAtMillis()));
    } else {
      byHand.put(undoneAs(fact), fact);
      letIn.computeIfAbsent(fact.message().person(), person -> new ArrayList<>()).add(fact);
    }
  }

  /** Takes check-ins back, here or still to come: the organiser any, another door its own. */
  void undone(Recorded<CheckInUndone> fact) {
    if (event.doors().contains(fact.author())) {
      presence = null;
      fact.message().encounters()
          .forEach(named -> undone.computeIfAbsent(named, of -> new HashSet<>()).add(fact.author()));
      met = new Acquaintance();
      valid.values().stream().filter(signed -> !isUndone(signed.encounter())).forEach(met::add);
    }
  }

  /** Whether an undoing names something that is here and was not its author's to undo. */
  boolean namesForeign(Recorded<CheckInUndone> fact) {
    DeviceId author = fact.author();
    return !author.equals(event.host()) && fact.message().encounters().stream().anyMatch(named -> {
      SignedEncounter signed = valid.get(named);
      Recorded<CheckedInByHand> line = byHand.get(named);
      return (signed != null && !signed.encounter().has(author)) || (line != null && !line.author().equals(author));
    });
  }

  boolean isUndone(Encounter encounter) {
    return isUndone(encounter.digest(), encounter::has);
  }

  private boolean isUndone(Recorded<CheckedInByHand> line) {
    return isUndone(undoneAs(line), line.author()::equals);
  }

  private boolean isUndone(ByteString named, Predicate<DeviceId> own) {
    return undone.getOrDefault(named, Set.of()).stream()
        .anyMatch(author -> author.equals(event.host()) || own.test(author));
  }

  private static ByteString undoneAs(Recorded<CheckedInByHand> line) {
    return ByteString.of(line.id().bytes());
  }

  /** The doors that let somebody in by hand. */
  private Set<DeviceId> byHand(DeviceId person) {
    return linesOf(person).map(Recorded::author).collect(Collectors.toSet());
  }

  private Stream<Recorded<CheckedInByHand>> linesOf(DeviceId person) {
    return letIn.getOrDefault(person, List.of()).stream().filter(line -> !isUndone(line));
  }

  /** What {@code by} can take back of {@code person}'s check-ins, as an undoing names it. */
  List<ByteString> undoable(DeviceId person, DeviceId by) {
    boolean any = by.equals(event.host());
    List<ByteString> found = new ArrayList<>();
    encounters(person).stream().map(SignedEncounter::encounter).filter(encounter -> any || encounter.has(by))
        .forEach(encounter -> found.add(encounter.digest()));
    linesOf(person).filter(line -> any || line.author().equals(by))
        .sorted(Comparator.comparing(Recorded::id)).map(PresenceFold::undoneAs).forEach(found::add);
    return found;
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

  /** By the rule <em>door</em>, the earliest encounter that makes somebody present. */
  Optional<SignedEncounter> metDoor(DeviceId device) {
    return byDoor(device).proofs().stream().findFirst();
  }

  private Evidence byDoor(DeviceId device) {
    return Evidence.byDoor(met.of(device, event.doors()::contains), byHand(device));
  }

  /** {@link Presence#isPresent} without looking at everybody else where the rule allows. */
  boolean isPresent(DeviceId device, SeatFold seats) {
    return switch (event.rule()) {
      case DOOR -> byDoor(device).present();
      case PEERS -> presence(seats).isPresent(device);
    };
  }

  /** Everybody but the doors who had a check-in that was undone. */
  private Set<DeviceId> takenBack() {
    Set<DeviceId> people = new HashSet<>();
    for (ByteString named : undone.keySet()) {
      SignedEncounter signed = valid.get(named);
      if (signed != null && isUndone(signed.encounter())) {
        people.add(signed.encounter().keyA());
        people.add(signed.encounter().keyB());
      }
      Recorded<CheckedInByHand> line = byHand.get(named);
      if (line != null && isUndone(line)) {
        people.add(line.message().person());
      }
    }
    people.removeAll(event.doors());
    return people;
  }

  private Presence byDoor() {
    Set<DeviceId> known = new HashSet<>(met.devices());
    letIn.keySet().stream().filter(person -> linesOf(person).findAny().isPresent()).forEach(known::add);
    SortedMap<DeviceId, Evidence> people = new TreeMap<>();
    known.forEach(device -> people.put(device, byDoor(device)));
    return new Presence(event.id(), people, new TreeSet<>(), List.of(), new TreeSet<>());
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
