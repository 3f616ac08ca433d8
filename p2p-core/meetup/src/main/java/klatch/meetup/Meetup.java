package klatch.meetup;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import klatch.log.DeviceId;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.LogStore;
import klatch.log.TopicId;

/**
 * One person's part in their groups: says things by appending to their own log, and answers questions from the logs of
 * everybody. For groups this device founded it also keeps the seat ledger.
 *
 * <p>Safe for any number of threads. Methods block, and throw {@link klatch.log.StoreException} when the store cannot be
 * reached. Text outside {@link Limits} is an {@link IllegalArgumentException} that says which bound. A question is
 * answered with everything that was stored before it was asked. The seat ledger and the listeners run on one virtual
 * thread of this object.
 */
public final class Meetup implements AutoCloseable {
  private final Pen pen;
  private final Ed25519Key key;
  private final InstantSource clock;
  private final DeviceId self;
  private final SecureRandom random = new SecureRandom();
  private final LiveView live;
  private final Hosting hosting;
  private final EventDesk eventDesk;
  private final Doorkeeping doorkeeping;
  /** Encounters with different people are stored side by side, those with one person one after the other. */
  private final Turns<Pair> meeting = new Turns<>();
  private final People people;
  private final PrivateGroups privateGroups;

  /** Follows {@code store} until closed. Does not close the store. */
  public Meetup(LogStore store, Ed25519Key key, InstantSource clock) {
    this.pen = new Pen(store, key, clock);
    this.key = key;
    this.clock = clock;
    this.self = DeviceId.of(key);
    this.live = new LiveView(store, this::keepSeats);
    this.hosting = new Hosting(live, pen);
    this.eventDesk = new EventDesk(live, pen);
    this.people = new People(live, pen);
    this.privateGroups = new PrivateGroups(live, pen);
    this.doorkeeping = new Doorkeeping(live, pen);
  }

  /** This person's device. */
  public DeviceId self() {
    return self;
  }

  /** Founds a public group without tags; its topic is all that others need to follow it. */
  public TopicId createGroup(String name, String description) {
    return createGroup(name, description, List.of(), Access.PUBLIC);
  }

  /** Founds a group that can be found by its tags, by those who may have what is said in it. */
  public TopicId createGroup(String name, String description, List<String> tags, Access access) {
    byte[] nonce = new byte[Limits.GROUP_NONCE_BYTES];
    random.nextBytes(nonce);
    GroupCreated message = new GroupCreated(name, description, tags, access, ByteString.of(nonce));
    TopicId topic = GroupCreated.topic(self(), message.nonce());
    append(topic, message);
    return topic;
  }

  /**
   * Joins a group by its topic. The profile is this device's first entry on the topic, so the store knows the topic
   * from then on and peers are asked for it; the group itself may arrive later.
   */
  public void joinGroup(TopicId topic, String nickname) {
    append(topic, new MemberProfile(nickname));
  }

  /** Announces an event in a group whose host this device is. */
  public Outcome<EventId> createEvent(TopicId topic, EventCreated event) {
    return eventDesk.announce(topic, event);
  }

  /** Calls one event off. */
  public Outcome<EventId> cancelEvent(EventId id, String reason) {
    return eventDesk.cancel(id, reason, EventDesk.Reach.ONE).map(List::getFirst);
  }

  /**
   * Edits one event of a group whose host this device is; what reads the same as before is not written.
   *
   * @param edit the details as they should be, made from those that count now
   * @param capacity the seats there should be, which only the event's own host sets; empty to leave them
   * @return the version that counts now
   */
  public Outcome<Integer> editEvent(EventId id, UnaryOperator<EventDetails> edit, OptionalInt capacity) {
    return eventDesk.edit(id, (event, anchor) -> edit.apply(event.details()), capacity, EventDesk.Reach.ONE)
        .map(_ -> event(id).orElseThrow().version().number());
  }

  /** What this device says about its events, one or several at once. */
  public EventDesk eventDesk() {
    return eventDesk;
  }

  /** Asks for one seat where nothing is asked in return. */
  public Outcome<EntryId> pledge(EventId id) {
    return pledge(id, 0, List.of());
  }

  /**
   * Asks for a seat; the ledger of the event's host answers with a {@link SeatDecision}.
   *
   * @param guests who come along; all get a seat or none
   * @param answers one for each question of the event, which only its host can read
   */
  public Outcome<EntryId> pledge(EventId id, int guests, List<String> answers) {
    return ofEvent(id, event -> appended(event, pledgeFor(self(), event, guests, answers)));
  }

  /** The same for somebody whose key is elsewhere: what they are to say, or why not. Nothing is written. */
  public Outcome<Pledged> pledgeFor(DeviceId person, EventId id, int guests, List<String> answers) {
    return ofEvent(id, event -> pledgeFor(person, event, guests, answers));
  }

  private Outcome<Pledged> pledgeFor(DeviceId person, MeetupEvent event, int guests, List<String> answers) {
    Optional<Outcome<Pledged>> refused = EventRules.pledging(event, guests, answers, clock.millis());
    if (refused.isPresent()) {
      return refused.get();
    }
    if (seat(event.id(), person).filter(Meetup::standing).isPresent()) {
      return Outcome.refused(Refusal.ALREADY_PLEDGED, "there is a pledge for this event already");
    }
    ByteString sealed = answers.isEmpty()
        ? ByteString.EMPTY
        : new Answers(answers).sealed(event.id(), person, event.host());
    return Outcome.done(new Pledged(event.id(), event.version().number(), guests, sealed));
  }

  private Outcome<EntryId> appended(MeetupEvent event, Outcome<? extends MeetupMessage> message) {
    return switch (message) {
      case Outcome.Done<? extends MeetupMessage>(var said) -> Outcome.done(append(event.group(), said).id());
      case Outcome.Refused<? extends MeetupMessage>(var refusal, var words) -> Outcome.refused(refusal, words);
    };
  }

  /**
   * What each attendee answered, as far as it was sealed to this device: everything at an event of its own, nothing
   * elsewhere. Answers to an older version of the questions stand beside those of their number.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public Map<DeviceId, List<String>> answers(EventId id) {
    return live.read(view -> {
      Map<DeviceId, List<String>> answers = new HashMap<>();
      boolean mine = view.event(id).filter(event -> event.host().equals(self())).isPresent();
      for (Seat seat : mine ? view.seats(id).all() : List.<Seat>of()) {
        view.pledge(id, seat.pledge()).map(Pledged::answers).filter(sealed -> !sealed.isEmpty())
            .ifPresent(sealed -> answers.put(seat.attendee(), opened(id, seat.attendee(), sealed)));
      }
      return answers;
    });
  }

  /** Nothing, when somebody has sealed nonsense. */
  private List<String> opened(EventId id, DeviceId author, ByteString sealed) {
    try {
      return Answers.open(sealed, id, author, key).texts();
    } catch (MalformedMessageException e) {
      return List.of();
    }
  }

  /** Gives the pledge back, until check-in opens. */
  public Outcome<EntryId> withdraw(EventId id) {
    return ofEvent(id, event -> appended(event, withdrawalFor(self(), event)));
  }

  /** The same for somebody whose key is elsewhere, as with {@link #pledgeFor}. */
  public Outcome<PledgeWithdrawn> withdrawalFor(DeviceId person, EventId id) {
    return ofEvent(id, event -> withdrawalFor(person, event));
  }

  private Outcome<PledgeWithdrawn> withdrawalFor(DeviceId person, MeetupEvent event) {
    Optional<Seat> seat = seat(event.id(), person).filter(Meetup::standing);
    if (seat.isEmpty()) {
      return Outcome.refused(Refusal.NOT_PLEDGED, "there is no pledge for this event");
    }
    if (clock.millis() >= event.times().checkInOpensAtMillis()) {
      return Outcome.refused(Refusal.TOO_LATE, "check-in opened at " + event.times().checkInOpensAtMillis()
          + ", it is " + clock.millis() + " (milliseconds since 1970)");
    }
    return Outcome.done(new PledgeWithdrawn(event.id(), seat.get().pledge()));
  }

  private static boolean standing(Seat seat) {
    return seat.status() != Seat.Status.WITHDRAWN && !seat.leaving();
  }

  private Optional<Seat> seat(EventId id, DeviceId person) {
    return seats(id).of(person);
  }

  /** One question and its answer at a time, so that two clicks do not pledge twice. */
  private <T> Outcome<T> ofEvent(EventId id, Function<MeetupEvent, Outcome<T>> act) {
    return live.exclusively(() -> event(id).map(act)
        .orElseGet(() -> Outcome.refused(Refusal.UNKNOWN_EVENT, "no event " + id + " is known here")));
  }

  /**
   * Appends an encounter this device took part in, unless its log or the other's already holds one that counts.
   *
   * @return whether it was written
   * @throws IllegalArgumentException if the event is not known or the encounter is not fully signed
   */
  public boolean record(SignedEncounter signed) {
    Encounter encounter = signed.encounter();
    if (!encounter.has(self()) || !signed.verified()) {
      throw new IllegalArgumentException("not a signed encounter of " + self() + ": " + encounter);
    }
    DeviceId other = encounter.keyA().equals(self()) ? encounter.keyB() : encounter.keyA();
    return meeting.alone(new Pair(encounter.event(), other), () -> {
      Optional<TopicId> unrecorded = live.read(view -> {
        MeetupEvent event = view.event(encounter.event())
            .orElseThrow(() -> new IllegalArgumentException("no event " + encounter.event() + " is known here"));
        return view.hasEncounter(event.id(), self(), signed) ? Optional.empty() : Optional.of(event.group());
      });
      unrecorded.ifPresent(group -> append(group, signed));
      return unrecorded.isPresent();
    });
  }

  /** Whom this device is meeting at an event. */
  private record Pair(EventId event, DeviceId other) {}

  /** What is known here about somebody who is about to be met at an event; empty when the event is not known. */
  public Optional<Counterpart> counterpart(EventId id, DeviceId other) {
    return live.read(view -> view.event(id).map(event -> Counterpart.of(view, event, self(), other)));
  }

  /** What this device's door says by itself: people let in by hand, and check-ins taken back. */
  public Doorkeeping doorkeeping() {
    return doorkeeping;
  }

  /**
   * The earliest valid encounter of this device and {@code other}.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public Optional<SignedEncounter> encounter(EventId id, DeviceId other) {
    return live.read(view -> view.encounter(id, self(), other));
  }

  /** What this device's encounters at an event make of {@link NonceChain}: 32 bytes. */
  public ByteString nonceChain(EventId id) {
    return live.read(view -> view.nonceChain(id, self()));
  }

  public List<Group> groups() {
    return live.read(MeetupView::groups);
  }

  public Optional<Group> group(TopicId topic) {
    return live.read(view -> view.group(topic));
  }

  public SortedMap<DeviceId, String> nicknames(TopicId topic) {
    return live.read(view -> view.nicknames(topic));
  }

  /** The events of all groups, by start. */
  public List<MeetupEvent> events() {
    return live.read(MeetupView::events);
  }

  public Optional<MeetupEvent> event(EventId id) {
    return live.read(view -> view.event(id));
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  public Seats seats(EventId id) {
    return live.read(view -> view.seats(id));
  }

  /**
   * When something happened to this person's seat.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public Milestones milestones(EventId id) {
    return live.read(view -> view.milestones(id, self()));
  }

  /** @throws IllegalArgumentException if {@link #event} does not give the event */
  public Presence presence(EventId id) {
    return live.read(view -> view.presence(id));
  }

  /**
   * The guest list: everybody who asked for a seat, in the order of {@link Seats}.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public List<Attendee> attendees(EventId id) {
    return live.read(view -> {
      Presence presence = view.presence(id);
      Map<DeviceId, MemberProfile> profiles = view.event(id).map(event -> view.profiles(event.group())).orElseThrow();
      return view.seats(id).all().stream().map(seat -> new Attendee(seat.attendee(),
          Optional.ofNullable(profiles.get(seat.attendee())), seat, presence.isPresent(seat.attendee()))).toList();
    });
  }

  /**
   * {@link Presence#isPresent} of one person, without looking at everybody else where the rule allows.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public boolean isPresent(EventId id, DeviceId person) {
    return live.read(view -> view.isPresent(id, person));
  }

  /**
   * One person's line of {@link #attendees}.
   *
   * @throws IllegalArgumentException if {@link #event} does not give the event
   */
  public Optional<Attendee> attendee(EventId id, DeviceId person) {
    return live.read(view -> view.seats(id).of(person).map(seat -> new Attendee(person,
        view.event(id).flatMap(event -> view.profile(event.group(), person)), seat, view.isPresent(id, person))));
  }

  /** What one member of a group calls themselves. */
  public Optional<String> nickname(TopicId topic, DeviceId person) {
    return live.read(view -> view.profile(topic, person).map(MemberProfile::nickname));
  }

  public List<Anomaly> anomalies(TopicId topic) {
    return live.read(view -> view.anomalies(topic));
  }

  /**
   * Calls {@code listener} with the topics that have changed since its last call, until the subscription is closed. It
   * runs on this object's thread and holds up the seat ledger while it does.
   */
  public LogStore.Subscription onChange(ChangeListener listener) {
    return live.onChange(listener);
  }

  /** Learns which groups have something new. */
  @FunctionalInterface
  public interface ChangeListener {
    void changed(Set<TopicId> topics);
  }

  /** How this person and others want to be seen, and where they are found. */
  public People people() {
    return people;
  }

  /** Groups that only those see whom a host has let in. */
  public PrivateGroups privateGroups() {
    return privateGroups;
  }

  /** What hosts do with each other: roles, and seats handed to other ledgers. */
  public Hosting hosting() {
    return hosting;
  }

  /** Writes what this device's seat ledgers lack. What it appends is decided and never comes up again. */
  private void keepSeats(MeetupView view, Set<TopicId> changed) {
    for (TopicId topic : changed) {
      Hosting.due(self(), clock.millis(), view, topic).forEach(line -> append(topic, line));
      Hosting.tellPlaces(pen, view, topic);
    }
  }

  private Entry append(TopicId topic, MeetupMessage message) {
    return pen.append(topic, message);
  }

  @Override
  public void close() {
    live.close();
  }
}
