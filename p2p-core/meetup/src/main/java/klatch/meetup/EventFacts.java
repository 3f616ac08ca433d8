package klatch.meetup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
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
  /** Decisions about seats, and the capacity, of whoever says such things. */
  private final List<Recorded<?>> ledger = new ArrayList<>();
  private final Map<DeviceId, List<Recorded<?>>> requests = new LinkedHashMap<>();
  private final List<EntryId> pledgesByArrival = new ArrayList<>();
  private final List<Recorded<SignedEncounter>> encounters = new ArrayList<>();

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

  void ledgerLine(Recorded<?> fact) {
    ledger.add(fact);
    if (seatFold != null && seatFold.isLedger(fact.author())) {
      seatFold.line(fact);
    }
  }

  void met(Recorded<SignedEncounter> fact) {
    encounters.add(fact);
    if (presenceFold != null) {
      presenceFold.encounter(fact, fact.message().verified());
    }
  }

  void undone(Recorded<CheckInUndone> fact) {
    undone.add(fact);
    if (presenceFold != null) {
      presenceFold.undone(fact);
    }
  }

  private void forget() {
    versionFold = null;
    seatFold = null;
    presenceFold = null;
  }

  EventId id() {
    return id;
  }

  /** The event, if {@code founder} created it. */
  Optional<MeetupEvent> event(DeviceId founder) {
    Recorded<EventCreated> fact = created;
    if (fact == null || !fact.author().equals(founder)) {
      return Optional.empty();
    }
    return Optional.of(new MeetupEvent(id, fact.topic(), founder, fact.message(), seats(fact).capacity(),
        versions(fact).versions(), fact.timestampMillis(),
        cancellation(founder).map(cancelled -> cancelled.message().reason())));
  }

  private Optional<Recorded<EventCancelled>> cancellation(DeviceId founder) {
    return cancellations.stream().filter(by(founder)).findFirst();
  }

  private static <R extends Recorded<?>> Predicate<R> by(DeviceId author) {
    return fact -> fact.author().equals(author);
  }

  private VersionFold versions(Recorded<EventCreated> of) {
    VersionFold known = versionFold;
    if (known == null) {
      known = new VersionFold(of, edits.stream().filter(by(of.author())).toList());
      versionFold = known;
    }
    return known;
  }

  /** Only for an event that {@code event(founder)} gives. */
  SeatFold seats() {
    return seats(Objects.requireNonNull(created));
  }

  private SeatFold seats(Recorded<EventCreated> of) {
    SeatFold known = seatFold;
    if (known == null) {
      DeviceId host = of.author();
      long cancelledAt = cancellation(host).map(Recorded::sequence).orElse(Long.MAX_VALUE);
      known = new SeatFold(id, host, of.message().capacity(), cancelledAt);
      requests.values().forEach(known::requests);
      ledger.stream().filter(by(host)).forEach(known::line);
      seatFold = known;
    }
    return known;
  }

  /** Pledges in the order in which they reached this node: the one thing the seat ledger, not the view, goes by. */
  List<EntryId> pledgesByArrival() {
    return pledgesByArrival;
  }

  /** Whether a log holds an encounter of the same two that was not undone. */
  boolean hasEncounter(MeetupEvent event, DeviceId author, Encounter of) {
    PresenceFold fold = presenceFold(event);
    return encounters.stream().filter(by(author)).map(fact -> fact.message().encounter())
        .anyMatch(known -> known.has(of.keyA()) && known.has(of.keyB()) && !fold.isUndone(known));
  }

  Presence presence(MeetupEvent event) {
    return presenceFold(event).presence(seats());
  }

  Optional<SignedEncounter> encounter(MeetupEvent event, DeviceId one, DeviceId other) {
    return presenceFold(event).encounter(one, other);
  }

  List<SignedEncounter> encounters(MeetupEvent event, DeviceId device) {
    return presenceFold(event).encounters(device);
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
      undone.forEach(known::undone);
      presenceFold = known;
    }
    return known;
  }

  /**
   * @param seen whether an entry has arrived; a citation of one that has not may still turn out right
   */
  List<Anomaly> anomalies(DeviceId founder, Predicate<EntryId> seen) {
    List<Anomaly> found = new ArrayList<>();
    notTheFounder(founder, found);
    Optional<MeetupEvent> event = event(founder);
    if (event.isEmpty()) {
      if (created == null && seen.test(id.entry())) {
        all().forEach(fact -> found
            .add(fact.anomaly(Anomaly.Reason.WRONG_CITATION, "entry " + id + " is not an event of this group")));
      }
      return found;
    }
    cancellations.stream().filter(by(founder)).skip(1).forEach(
        fact -> found.add(fact.anomaly(Anomaly.Reason.REPEATED, "event " + id + " was called off before")));
    found.addAll(versions(Objects.requireNonNull(created)).anomalies());
    found.addAll(seats().anomalies(seen));
    found.addAll(presenceFold(event.get()).anomalies());
    return found;
  }

  private void notTheFounder(DeviceId founder, List<Anomaly> found) {
    List<Recorded<?>> reserved = new ArrayList<>(cancellations);
    reserved.addAll(edits);
    reserved.addAll(ledger);
    reserved.addAll(undone);
    if (created != null) {
      reserved.add(created);
    }
    reserved.stream().filter(fact -> !fact.author().equals(founder))
        .forEach(fact -> found.add(fact.anomaly(Anomaly.Reason.NOT_THE_FOUNDER,
            fact.author() + " is not the group's founder " + founder)));
  }

  private List<Recorded<?>> all() {
    List<Recorded<?>> all = new ArrayList<>(cancellations);
    all.addAll(edits);
    all.addAll(ledger);
    requests.values().forEach(all::addAll);
    all.addAll(encounters);
    all.addAll(undone);
    return all;
  }
}
