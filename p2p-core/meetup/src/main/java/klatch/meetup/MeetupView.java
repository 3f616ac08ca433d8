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
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.LogId;
import klatch.libp2p.MalformedMessageException;
import klatch.log.TopicId;

/**
 * Groups, events, seats and presence as the logs say, built from entries and nothing else. The same set of entries
 * gives the same answers, in whatever order the logs arrived; within one log, entries come in their order. An entry
 * whose author had no right to it changes nothing and is listed in {@link #anomalies}.
 *
 * <p>Not safe for several threads: whoever built it owns it. What it returns is immutable.
 */
public final class MeetupView {
  private static final Comparator<MeetupEvent> BY_START = Comparator
      .comparingLong((MeetupEvent event) -> event.times().startsAtMillis()).thenComparing(MeetupEvent::id);

  private final Map<TopicId, TopicFacts> topics = new TreeMap<>();
  private final Map<EventId, TopicFacts> topicOfEvent = new HashMap<>();
  private final Map<LogId, Long> heights = new HashMap<>();

  /** A view of these entries. */
  public static MeetupView of(Iterable<Entry> entries) {
    MeetupView view = new MeetupView();
    entries.forEach(view::apply);
    return view;
  }

  /**
   * Takes in one verified entry; one that is in already changes nothing.
   *
   * @return whether it was a meetup message and new
   * @throws IllegalArgumentException if an earlier entry of its log is missing
   */
  public boolean apply(Entry entry) {
    long height = heights.getOrDefault(entry.log(), 0L);
    if (entry.sequence() <= height) {
      return false;
    }
    if (entry.sequence() != height + 1) {
      throw new IllegalArgumentException(
          "entry " + entry.sequence() + " of log " + entry.log() + " came after entry " + height);
    }
    heights.put(entry.log(), entry.sequence());
    TopicFacts facts = topics.computeIfAbsent(entry.topic(), TopicFacts::new);
    facts.seen(entry.id());
    if (!MessageCodec.isMeetup(entry.payloadType())) {
      return false;
    }
    try {
      Recorded<MeetupMessage> fact = Recorded.of(entry, MessageCodec.decode(entry.payloadType(), entry.payload()));
      facts.apply(fact);
      if (fact.message() instanceof EventCreated) {
        topicOfEvent.put(new EventId(entry.id()), facts);
      }
    } catch (MalformedMessageException e) {
      facts.anomaly(new Anomaly(entry.topic(), entry.device(), entry.sequence(), entry.id(),
          Anomaly.Reason.MALFORMED, String.valueOf(e.getMessage())));
    }
    return true;
  }

  /** All groups whose founding entry is here, by topic. */
  public List<Group> groups() {
    return topics.values().stream().flatMap(facts -> facts.group().stream()).toList();
  }

  public Optional<Group> group(TopicId topic) {
    return facts(topic).flatMap(TopicFacts::group);
  }

  /** What members of the group call themselves. Names are not unique and prove nothing. */
  public SortedMap<DeviceId, String> nicknames(TopicId topic) {
    return facts(topic).map(TopicFacts::nicknames).orElseGet(TreeMap::new);
  }

  /** How one member wants to be seen. */
  Optional<MemberProfile> profile(TopicId topic, DeviceId device) {
    return facts(topic).flatMap(facts -> facts.profile(device));
  }

  /** How members of the group want to be seen. */
  public SortedMap<DeviceId, MemberProfile> profiles(TopicId topic) {
    return facts(topic).map(TopicFacts::profiles).orElseGet(TreeMap::new);
  }

  /** What a person says on their own topic; empty if it is not here or they have said nothing. */
  public Optional<MemberProfile> profile(DeviceId person) {
    return facts(PersonTopic.of(person)).flatMap(facts -> facts.profile(person));
  }

  /** Where somebody's key went from a browser to a node; of several groups the one with the lowest topic. */
  Optional<LastAsGuest> lastAsGuest(DeviceId person) {
    return topics.values().stream().flatMap(facts -> facts.lastAsGuest(person).stream())
        .min(Comparator.comparing(LastAsGuest::topic));
  }

  /** The groups that a person names on their own topic. */
  public List<TopicId> groupsShown(DeviceId person) {
    return facts(PersonTopic.of(person)).map(facts -> facts.groupsShown(person)).orElse(List.of());
  }

  /** Where somebody has said how they want to be seen; the group itself may not have arrived yet. */
  List<TopicId> topicsWithProfile(DeviceId person) {
    return topics.entrySet().stream().filter(topic -> topic.getValue().profile(person).isPresent())
        .map(Map.Entry::getKey).toList();
  }

  /** An entry that holds a picture. */
  public Optional<EntryId> picture(ByteString name) {
    return topics.values().stream().flatMap(facts -> facts.picture(name).stream()).findFirst();
  }

  /** Whether a topic has a picture. */
  boolean hasPicture(TopicId topic, ByteString name) {
    return facts(topic).flatMap(facts -> facts.picture(name)).isPresent();
  }

  /** The events of all groups, by start. */
  public List<MeetupEvent> events() {
    List<MeetupEvent> events = new ArrayList<>();
    topics.values().forEach(facts -> events.addAll(facts.events()));
    events.sort(BY_START);
    return List.copyOf(events);
  }

  /** The events of one group, by start. */
  public List<MeetupEvent> events(TopicId topic) {
    return facts(topic).map(TopicFacts::events).orElse(List.of()).stream().sorted(BY_START).toList();
  }

  public Optional<MeetupEvent> event(EventId id) {
    return Optional.ofNullable(topicOfEvent.get(id)).flatMap(facts -> facts.event(id));
  }

  /** The series that an event belongs to; empty for one that was announced alone. */
  public Optional<Series> series(EventId id) {
    return Optional.ofNullable(topicOfEvent.get(id)).flatMap(facts -> facts.series(id));
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  public Seats seats(EventId id) {
    MeetupEvent event = known(id);
    return facts(event).seats().seats();
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  public Milestones milestones(EventId id, DeviceId person) {
    return facts(known(id).group()).orElseThrow().milestones(id, person);
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  public Presence presence(EventId id) {
    MeetupEvent event = known(id);
    return facts(event).presence(event);
  }

  /**
   * The earliest valid encounter of two devices.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public Optional<SignedEncounter> encounter(EventId id, DeviceId one, DeviceId other) {
    MeetupEvent event = known(id);
    return facts(event).encounter(event, one, other);
  }

  /**
   * The earliest valid encounter of a device with a door, without looking at anybody else.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  Optional<SignedEncounter> metDoor(EventId id, DeviceId device) {
    MeetupEvent event = known(id);
    return facts(event).metDoor(event, device);
  }

  /**
   * {@link #presence} of one device, without looking at everybody else where the rule allows.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  boolean isPresent(EventId id, DeviceId device) {
    MeetupEvent event = known(id);
    return facts(event).isPresent(event, device);
  }

  /**
   * The check-ins of one person that a device may take back, as an undoing names them.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  List<ByteString> undoable(EventId id, DeviceId person, DeviceId by) {
    MeetupEvent event = known(id);
    return facts(event).undoable(event, person, by);
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  ByteString nonceChain(EventId id, DeviceId device) {
    return facts(known(id)).nonceChain(device);
  }

  /** Entries of the topic that broke a rule, by author and place in the log. */
  public List<Anomaly> anomalies(TopicId topic) {
    return facts(topic).map(TopicFacts::anomalies).orElse(List.of());
  }

  /** The pledge behind a seat; empty when it is no pledge for this event. */
  Optional<Pledged> pledge(EventId id, EntryId pledge) {
    return facts(known(id)).seats().pledge(pledge);
  }

  /** The co-hosts of a group, as of now. */
  public Set<DeviceId> coHosts(TopicId topic) {
    return facts(topic).flatMap(TopicFacts::roles).map(Roles::coHosts).orElse(Set.of());
  }

  /** Whom the hosts have let in, if the group is private; its founding is here. */
  Members members(TopicId topic) {
    return facts(topic).orElseThrow().members();
  }

  /** Whether the next entry of {@code device}'s log may speak for the group's events. */
  boolean mayHost(TopicId topic, DeviceId device) {
    return facts(topic).flatMap(TopicFacts::roles).filter(roles -> roles.mayHost(device, height(topic, device) + 1))
        .isPresent();
  }

  /** How far the log of a device on a topic is in. */
  long height(TopicId topic, DeviceId device) {
    return heights.getOrDefault(new LogId(device, topic), 0L);
  }

  /**
   * Who else may give seats of an event, in the order of the host's log.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public List<Quota> quotas(EventId id) {
    return facts(known(id)).seats().quotas();
  }

  /** Whether the event's host has a place that only those with a seat are told. */
  public boolean hidesPlace(EventId id) {
    MeetupEvent event = known(id);
    return facts(event).place(event.host(), event.host()).isPresent();
  }

  /** The name of the picture with which the event's host wants it shown. */
  public Optional<ByteString> cover(EventId id) {
    MeetupEvent event = known(id);
    return facts(event).cover(event.host());
  }

  /** What the event's host last sealed to a device about the place. */
  Optional<PlaceSealed> place(EventId id, DeviceId to) {
    MeetupEvent event = known(id);
    return facts(event).place(event.host(), to).map(Recorded::message);
  }

  /** Attendees with a seat, and doors, who have yet to be told the hidden place; empty when there is none. */
  List<DeviceId> untold(EventId id) {
    MeetupEvent event = known(id);
    Set<DeviceId> readers = new HashSet<>(event.doors());
    seats(id).with(Seat.Status.CONFIRMED).stream().filter(seat -> !seat.leaving()).map(Seat::attendee)
        .forEach(readers::add);
    readers.remove(event.host());
    return facts(event).untold(event.host(), readers);
  }

  /** Returned seats which the event's host has not taken back yet. */
  List<EntryId> reclaimable(EventId id) {
    return facts(known(id)).seats().reclaimable();
  }

  /** What a holder's ledger has to free ({@link SeatFold#superfluous}). */
  List<SeatDecision> superfluous(EventId id, DeviceId holder, boolean leaving) {
    return facts(known(id)).seats().superfluous(holder, leaving);
  }

  /** What the organiser's seat ledger has to decide on. */
  SeatLedger.Open open(EventId id) {
    MeetupEvent event = known(id);
    EventFacts facts = facts(event);
    return facts.seats().open(event, facts.pledgesByArrival());
  }

  /** @return whether the author's own log holds an encounter of these two devices at this event that was not undone */
  boolean hasEncounter(EventId id, DeviceId author, SignedEncounter signed) {
    MeetupEvent event = known(id);
    return facts(event).hasEncounter(event, author, signed.encounter());
  }

  private MeetupEvent known(EventId id) {
    return event(id).orElseThrow(() -> new IllegalArgumentException("no event " + id + " is known"));
  }

  private EventFacts facts(MeetupEvent event) {
    return facts(event.group()).orElseThrow().factsOf(event.id());
  }

  private Optional<TopicFacts> facts(TopicId topic) {
    return Optional.ofNullable(topics.get(topic));
  }
}
