package klatch.meetup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import org.jspecify.annotations.Nullable;

/**
 * Everything the logs of one topic say about one event, and what follows from it. What follows is a pure function of
 * the facts, computed when first asked for; most new facts are then added to it, the others make it forgotten. It
 * does not depend on the order of arrival, because each list is read log by log. Touched by the thread that holds its view.
 */
final class EventFacts {
  private final EventId id;
  private @Nullable Recorded<EventCreated> created;
  private final List<Recorded<EventEdited>> edits = new ArrayList<>();
  private final List<Recorded<EventCancelled>> cancellations = new ArrayList<>();
  private final List<Recorded<DoorsAdded>> doors = new ArrayList<>();
  private final List<Recorded<PlaceSealed>> places = new ArrayList<>();
  private final List<Recorded<CoverSet>> covers = new ArrayList<>();
  /** Lines of seat ledgers, of whoever says such things. */
  private final List<Recorded<?>> ledger = new ArrayList<>();
  private final Map<DeviceId, List<Recorded<?>>> requests = new LinkedHashMap<>();
  private final List<EntryId> pledgesByArrival = new ArrayList<>();
  private final List<Recorded<SignedEncounter>> encounters = new ArrayList<>();

  private final List<Recorded<CheckedInByHand>> byHand = new ArrayList<>();
  private final List<Recorded<CheckInUndone>> undone = new ArrayList<>();

  private @Nullable VersionFold versionFold;
  private @Nullable SeatFold seatFold;
  private @Nullable PresenceFold presenceFold;

  EventFacts(EventId id) {
    this.id = id;
  }

  void created(Recorded<EventCreated> fact) {
    created = fact;
    forget();
  }

  void edited(Recorded<EventEdited> fact) {
    edits.add(fact);
    forget();
  }

  void cancelled(Recorded<EventCancelled> fact) {
    cancellations.add(fact);
    forget();
  }

  void pledged(Recorded<Pledged> fact) {
    List<Recorded<?>> ofAuthor = requests.computeIfAbsent(fact.author(), author -> new ArrayList<>());
    ofAuthor.add(fact);
    pledgesByArrival.add(fact.id());
    if (seatFold != null && ofAuthor.size() == 1) {
      seatFold.requests(ofAuthor);
    } else {
      seatFold = null;
    }
  }

  void withdrawn(Recorded<PledgeWithdrawn> fact) {
    requests.computeIfAbsent(fact.author(), author -> new ArrayList<>()).add(fact);
    seatFold = null;
  }

  void doorsAdded(Recorded<DoorsAdded> fact) {
    doors.add(fact);
    forget();
  }

  void placeSealed(Recorded<PlaceSealed> fact) {
    places.add(fact);
  }

  void coverSet(Recorded<CoverSet> fact) {
    covers.add(fact);
  }

  /** The name of the picture that the host wants last; empty when it wants none. */
  Optional<ByteString> cover(DeviceId host) {
    return covers.stream().filter(by(host)).reduce((earlier, later) -> later)
        .flatMap(fact -> Optional.ofNullable(fact.message().picture()));
  }

  /** What the host last sealed to a device; empty when it has sealed nothing to it. */
  Optional<Recorded<PlaceSealed>> place(DeviceId host, DeviceId to) {
    return places.stream().filter(by(host)).filter(fact -> fact.message().to().equals(to))
        .reduce((earlier, later) -> later);
  }

  /** Those of {@code readers} who have not been told what the host's own copy says. */
  List<DeviceId> untold(DeviceId host, Collection<DeviceId> readers) {
    Map<DeviceId, Long> told = new HashMap<>();
    places.stream().filter(by(host)).forEach(fact -> told.put(fact.message().to(), fact.sequence()));
    Long own = told.get(host);
    return own == null
        ? List.of()
        : readers.stream().filter(reader -> told.getOrDefault(reader, 0L) < own).sorted().toList();
  }

  void ledgerLine(Recorded<?> fact) {
    ledger.add(fact);
    boolean simple = fact.message() instanceof SeatDecision || fact.message() instanceof CapacitySet;
    if (seatFold != null && simple && isOfHost(fact, seatFold)) {
      seatFold.line(fact);
    } else if (!simple || QuotaFold.quota(fact).isPresent()) {
      seatFold = null;
    }
  }

  private static boolean isOfHost(Recorded<?> fact, SeatFold seats) {
    return seats.isLedger(fact.author()) && QuotaFold.quota(fact).isEmpty();
  }

  void met(Recorded<SignedEncounter> fact) {
    encounters.add(fact);
    if (presenceFold != null) {
      presenceFold.encounter(fact, fact.message().verified());
    }
  }

  void byHand(Recorded<CheckedInByHand> fact) {
    byHand.add(fact);
    if (presenceFold != null) {
      presenceFold.byHand(fact);
    }
  }

  void undone(Recorded<CheckInUndone> fact) {
    undone.add(fact);
    if (presenceFold != null) {
      presenceFold.undone(fact);
    }
  }

  /** Who may speak has changed, or something else on which everything hangs. */
  void forget() {
    versionFold = null;
    seatFold = null;
    presenceFold = null;
  }

  EventId id() {
    return id;
  }

  /** How the event was announced, if somebody did who may. */
  Optional<Recorded<EventCreated>> announced(Roles roles) {
    return Optional.ofNullable(created).filter(fact -> roles.mayHost(fact.author(), fact.sequence()));
  }

  /** The event, if somebody created it who may. */
  Optional<MeetupEvent> event(Roles roles) {
    return announced(roles)
        .map(fact -> new MeetupEvent(id, fact.topic(), fact.author(), fact.message(), seats(fact).capacity(),
            versions(fact, roles).versions(), doors(fact), fact.timestampMillis(),
            cancellation(fact.author(), roles).map(cancelled -> cancelled.message().reason())));
  }

  /** Only for an event that {@code event(roles)} gives. */
  Milestones milestones(Roles roles, DeviceId person) {
    DeviceId host = Objects.requireNonNull(created).author();
    OptionalLong cancelled = cancellation(host, roles).map(fact -> OptionalLong.of(fact.timestampMillis()))
        .orElseGet(OptionalLong::empty);
    return new Milestones(cancelled, seats().seats().of(person).map(seat -> seats().movedUpAtMillis(seat.pledge()))
        .orElseGet(OptionalLong::empty));
  }

  /** The host's own first one, and else the founder's. */
  private Optional<Recorded<EventCancelled>> cancellation(DeviceId host, Roles roles) {
    return cancellation(host).or(() -> cancellation(roles.founder()));
  }

  private Optional<Recorded<EventCancelled>> cancellation(DeviceId by) {
    return cancellations.stream().filter(by(by)).findFirst();
  }

  private static <R extends Recorded<?>> Predicate<R> by(DeviceId author) {
    return fact -> fact.author().equals(author);
  }

  private static <R extends Recorded<?>> Predicate<R> may(Roles roles) {
    return fact -> roles.mayHost(fact.author(), fact.sequence());
  }

  /** The host's device, those the event was created with, and those named later, as long as there is room. */
  private Set<DeviceId> doors(Recorded<EventCreated> of) {
    Set<DeviceId> named = new LinkedHashSet<>(of.message().doors());
    doors.stream().filter(by(of.author())).flatMap(fact -> fact.message().doors().stream())
        .filter(door -> named.size() < Limits.DOORS).forEach(named::add);
    named.add(of.author());
    return named;
  }

  private VersionFold versions(Recorded<EventCreated> of, Roles roles) {
    VersionFold known = versionFold;
    if (known == null) {
      known = new VersionFold(of, edits.stream().filter(may(roles)).toList());
      versionFold = known;
    }
    return known;
  }

  /** Only for an event that {@code event(roles)} gives. */
  SeatFold seats() {
    return seats(Objects.requireNonNull(created));
  }

  private SeatFold seats(Recorded<EventCreated> of) {
    SeatFold known = seatFold;
    if (known == null) {
      DeviceId host = of.author();
      long cancelledAt = cancellation(host).map(Recorded::sequence).orElse(Long.MAX_VALUE);
      known = new SeatFold(id, host, of.message().capacity(), cancelledAt, quotas(host));
      requests.values().forEach(known::requests);
      SeatFold fold = known;
      ledger.stream().filter(fact -> isOfHost(fact, fold)).forEach(known::line);
      seatFold = known;
    }
    return known;
  }

  private QuotaFold quotas(DeviceId host) {
    List<Recorded<SeatsDelegated>> delegations = new ArrayList<>();
    for (Recorded<?> fact : ledger) {
      if (fact.message() instanceof SeatsDelegated delegated && fact.author().equals(host)) {
        delegations.add(fact.with(delegated));
      }
    }
    return new QuotaFold(id, delegations, ledger.stream().filter(fact -> QuotaFold.quota(fact).isPresent()).toList());
  }

  /** Pledges in the order in which they reached this node: the one thing the seat ledger, not the view, goes by. */
  List<EntryId> pledgesByArrival() {
    return pledgesByArrival;
  }

  /** Whether a log holds an encounter of the same two that counts. */
  boolean hasEncounter(MeetupEvent event, DeviceId author, Encounter of) {
    PresenceFold fold = presenceFold(event);
    return encounters.stream().filter(by(author)).map(fact -> fact.message().encounter())
        .anyMatch(known -> known.has(of.keyA()) && known.has(of.keyB()) && !fold.isUndone(known)
            && Presence.inWindow(event.times(), known.epoch()));
  }

  Presence presence(MeetupEvent event) {
    return presenceFold(event).presence(seats());
  }

  Optional<SignedEncounter> encounter(MeetupEvent event, DeviceId one, DeviceId other) {
    return presenceFold(event).encounter(one, other);
  }

  Optional<SignedEncounter> metDoor(MeetupEvent event, DeviceId device) {
    return presenceFold(event).metDoor(device);
  }

  boolean isPresent(MeetupEvent event, DeviceId device) {
    return presenceFold(event).isPresent(device, seats());
  }

  List<ByteString> undoable(MeetupEvent event, DeviceId person, DeviceId by) {
    return presenceFold(event).undoable(person, by);
  }

  /** Over the encounters of the device's own log, in its order. */
  ByteString nonceChain(DeviceId device) {
    return NonceChain.after(id, device,
        encounters.stream().filter(by(device)).map(fact -> fact.message().encounter()).toList());
  }

  private PresenceFold presenceFold(MeetupEvent event) {
    PresenceFold known = presenceFold;
    if (known == null) {
      known = new PresenceFold(event);
      for (Recorded<SignedEncounter> fact : encounters) {
        known.encounter(fact, fact.message().verified());
      }
      byHand.forEach(known::byHand);
      undone.forEach(known::undone);
      presenceFold = known;
    }
    return known;
  }

  /**
   * @param seen whether an entry has arrived; a citation of one that has not may still turn out right
   */
  List<Anomaly> anomalies(Roles roles, Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>();
    Recorded<EventCreated> fact = created;
    if (fact != null && !roles.mayHost(fact.author(), fact.sequence())) {
      found.add(notAHost(fact, roles));
    }
    edits.stream().filter(may(roles).negate()).forEach(edit -> found.add(notAHost(edit, roles)));
    Optional<MeetupEvent> event = event(roles);
    if (event.isEmpty()) {
      if (fact == null && seen.test(id.entry())) {
        all().forEach(of -> found
            .add(of.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + id + " is not an event of this group")));
      }
      return found;
    }
    notTheHost(event.get().host(), roles, found);
    notADoor(event.get(), found);
    wrongBeacons(found);
    found.addAll(versions(Objects.requireNonNull(fact), roles).anomalies());
    found.addAll(seats().anomalies(seen));
    found.addAll(presenceFold(event.get()).anomalies());
    return found;
  }

  private static Anomaly notAHost(Recorded<?> fact, Roles roles) {
    return fact.anomaly(Anomaly.Reason.NOT_A_HOST,
        fact.author() + " is neither the group's founder " + roles.founder() + " nor, here, a co-host");
  }

  private void notTheHost(DeviceId host, Roles roles, List<Anomaly> found) {
    List<Recorded<?>> reserved = new ArrayList<>(doors);
    reserved.addAll(places);
    reserved.addAll(covers);
    ledger.stream().filter(line -> QuotaFold.quota(line).isEmpty()).forEach(reserved::add);
    reserved.stream().filter(line -> !line.author().equals(host)).forEach(line -> found
        .add(line.anomaly(Anomaly.Reason.NOT_A_HOST, line.author() + " is not the event's host " + host)));
    Set<DeviceId> heard = new HashSet<>();
    for (Recorded<EventCancelled> off : cancellations) {
      boolean may = off.author().equals(host) || off.author().equals(roles.founder());
      if (!may) {
        found.add(notAHost(off, roles));
      } else if (!heard.add(off.author())) {
        found.add(off.anomaly(Anomaly.Reason.REPEATED, "event " + id + " was called off before"));
      }
    }
  }

  private void notADoor(MeetupEvent event, List<Anomaly> found) {
    for (Recorded<CheckInUndone> fact : undone) {
      if (!event.doors().contains(fact.author())) {
        found.add(fact.anomaly(Anomaly.Reason.NOT_A_HOST,
            fact.author() + " is neither the event's host " + event.host() + " nor one of its doors"));
      } else if (presenceFold(event).namesForeign(fact)) {
        found.add(fact.anomaly(Anomaly.Reason.NOT_A_PARTY, fact.author() + " undoes what another door has done"));
      }
    }
  }

  /** Whoever answered such a code could not know, so the encounter counts all the same. */
  private void wrongBeacons(List<Anomaly> found) {
    encounters.stream().collect(Collectors.groupingBy(Recorded::author)).forEach((device, log) -> NonceChain
        .unfounded(id, device, log.stream().map(fact -> fact.message().encounter()).toList())
        .forEach(place -> found.add(log.get(place).anomaly(Anomaly.Reason.WRONG_BEACON,
            "the code's beacon is not what the log of " + device + " gave when it was shown"))));
  }

  private List<Recorded<?>> all() {
    List<Recorded<?>> all = new ArrayList<>(cancellations);
    all.addAll(edits);
    all.addAll(doors);
    all.addAll(places);
    all.addAll(covers);
    all.addAll(ledger);
    requests.values().forEach(all::addAll);
    all.addAll(encounters);
    all.addAll(byHand);
    all.addAll(undone);
    return all;
  }
}
