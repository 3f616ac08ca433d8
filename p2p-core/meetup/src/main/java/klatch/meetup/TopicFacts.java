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
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.jspecify.annotations.Nullable;

/** Everything the logs of one topic say. Touched by the thread that holds its view. */
final class TopicFacts {
  private static final Comparator<Anomaly> BY_PLACE = Comparator.comparing(Anomaly::author)
      .thenComparingLong(Anomaly::sequence).thenComparing(Anomaly::reason).thenComparing(Anomaly::explanation);

  private final TopicId topic;
  private @Nullable Group group;
  private final List<Recorded<?>> roleFacts = new ArrayList<>();
  private @Nullable Roles roles;
  private final List<Recorded<?>> memberFacts = new ArrayList<>();
  private @Nullable Members members;
  private final Map<DeviceId, MemberProfile> profiles = new TreeMap<>();
  /** The first of each log. */
  private final Map<DeviceId, LastAsGuest> keysMoved = new HashMap<>();
  private final Map<DeviceId, GroupsShown> groupsShown = new HashMap<>();
  /** By name; the same picture may have been added twice. */
  private final Map<ByteString, EntryId> pictures = new HashMap<>();
  private final Map<EventId, EventFacts> events = new HashMap<>();
  private @Nullable SeriesFold series;
  private final Set<EntryId> seen = new HashSet<>();
  private final List<Anomaly> anomalies = new ArrayList<>();

  TopicFacts(TopicId topic) {
    this.topic = topic;
  }

  /** Remembers that an entry is here, whatever it says. */
  void seen(EntryId entry) {
    seen.add(entry);
  }

  void anomaly(Anomaly anomaly) {
    anomalies.add(anomaly);
  }

  void apply(Recorded<?> fact) {
    switch (fact.message()) {
      case GroupCreated message -> founded(fact, message);
      case MemberProfile message -> profiles.put(fact.author(), message);
      case KeyMoved _ -> keysMoved.putIfAbsent(fact.author(),
          new LastAsGuest(topic, fact.sequence(), fact.id()));
      case GroupsShown message -> groupsShown.put(fact.author(), message);
      case PictureAdded message -> pictures.merge(Picture.name(message.picture()), fact.id(),
          (one, other) -> one.compareTo(other) <= 0 ? one : other);
      case TicketMade _,MemberAdmitted _,MemberRemoved _ -> {
        memberFacts.add(fact);
        members = null;
      }
      case EventCreated message -> {
        facts(new EventId(fact.id())).created(fact.with(message));
        series = null;
      }
      case EventEdited message -> facts(message.event()).edited(fact.with(message));
      case EventCancelled message -> facts(message.event()).cancelled(fact.with(message));
      case CoHostGranted _,CoHostRevoked _ -> role(fact);
      case DoorsAdded message -> facts(message.event()).doorsAdded(fact.with(message));
      case CoverSet message -> facts(message.event()).coverSet(fact.with(message));
      case PlaceSealed message -> facts(message.event()).placeSealed(fact.with(message));
      case CapacitySet message -> facts(message.event()).ledgerLine(fact);
      case SeatsDelegated message -> facts(message.event()).ledgerLine(fact);
      case SeatsReturned message -> facts(message.event()).ledgerLine(fact);
      case SeatsReclaimed message -> facts(message.event()).ledgerLine(fact);
      case Pledged message -> facts(message.event()).pledged(fact.with(message));
      case PledgeWithdrawn message -> facts(message.event()).withdrawn(fact.with(message));
      case SeatDecision message -> facts(message.event()).ledgerLine(fact);
      case SignedEncounter message -> facts(message.encounter().event()).met(fact.with(message));
      case CheckedInByHand message -> facts(message.event()).byHand(fact.with(message));
      case CheckInUndone message -> facts(message.event()).undone(fact.with(message));
    }
  }

  private EventFacts facts(EventId event) {
    return events.computeIfAbsent(event, EventFacts::new);
  }

  private void role(Recorded<?> fact) {
    roleFacts.add(fact);
    roles = null;
    members = null;
    series = null;
    events.values().forEach(EventFacts::forget);
  }

  /** Who may speak for events; empty until the group's founding is here. */
  Optional<Roles> roles() {
    Roles known = roles;
    if (known == null && group != null) {
      known = new Roles(group.founder(), roleFacts);
      roles = known;
    }
    return Optional.ofNullable(known);
  }

  /** Whom the hosts have let in. Only of a group whose founding is here. */
  Members members() {
    Members known = members;
    if (known == null) {
      known = new Members(roles().orElseThrow(), memberFacts);
      members = known;
    }
    return known;
  }

  private void founded(Recorded<?> fact, GroupCreated message) {
    TopicId expected = GroupCreated.topic(fact.author(), message.nonce());
    if (!expected.equals(topic)) {
      anomaly(fact.anomaly(Anomaly.Reason.WRONG_FOUNDING,
          "founder and nonce make topic " + expected + ", not " + topic));
    } else if (fact.sequence() != 1) {
      anomaly(fact.anomaly(Anomaly.Reason.WRONG_FOUNDING,
          "a group is founded by the first entry of the founder's log, not by number " + fact.sequence()));
    } else {
      series = null;
      group = new Group(topic, fact.author(), message.name(), message.description(), message.tags(),
          message.access(), fact.timestampMillis());
    }
  }

  Optional<Group> group() {
    return Optional.ofNullable(group);
  }

  SortedMap<DeviceId, MemberProfile> profiles() {
    return new TreeMap<>(profiles);
  }

  SortedMap<DeviceId, String> nicknames() {
    SortedMap<DeviceId, String> nicknames = new TreeMap<>();
    profiles.forEach((person, profile) -> nicknames.put(person, profile.nickname()));
    return nicknames;
  }

  Optional<MemberProfile> profile(DeviceId person) {
    return Optional.ofNullable(profiles.get(person));
  }

  Optional<LastAsGuest> lastAsGuest(DeviceId person) {
    return Optional.ofNullable(keysMoved.get(person));
  }

  List<TopicId> groupsShown(DeviceId person) {
    GroupsShown shown = groupsShown.get(person);
    return shown == null ? List.of() : shown.groups();
  }

  /** The entry that holds a picture; of several the one with the lowest id. */
  Optional<EntryId> picture(ByteString name) {
    return Optional.ofNullable(pictures.get(name));
  }

  List<MeetupEvent> events() {
    return roles().map(known -> events.values().stream().flatMap(facts -> facts.event(known).stream()).toList())
        .orElse(List.of());
  }

  Optional<MeetupEvent> event(EventId id) {
    EventFacts facts = events.get(id);
    return facts == null ? Optional.empty() : roles().flatMap(facts::event);
  }

  /** The series that an event belongs to. */
  Optional<Series> series(EventId id) {
    return roles().flatMap(known -> series(known).of(id));
  }

  private SeriesFold series(Roles known) {
    SeriesFold fold = series;
    if (fold == null) {
      fold = new SeriesFold(events.values().stream().flatMap(facts -> facts.announced(known).stream()).toList());
      series = fold;
    }
    return fold;
  }

  /** Only for an event that {@link #event} gives. */
  Milestones milestones(EventId id, DeviceId person) {
    return factsOf(id).milestones(roles().orElseThrow(), person);
  }

  /** The facts of an event that is known. */
  EventFacts factsOf(EventId id) {
    EventFacts facts = events.get(id);
    if (facts == null) {
      throw new IllegalArgumentException("no event " + id + " in topic " + topic);
    }
    return facts;
  }

  List<Anomaly> anomalies() {
    List<Anomaly> found = new ArrayList<>(anomalies);
    roles().ifPresent(known -> {
      found.addAll(known.anomalies());
      found.addAll(members().anomalies());
      found.addAll(series(known).anomalies());
      events.values().forEach(facts -> found.addAll(facts.anomalies(known, seen::contains)));
    });
    found.sort(BY_PLACE);
    return List.copyOf(found);
  }
}
