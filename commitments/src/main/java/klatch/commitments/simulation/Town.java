package klatch.commitments.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import klatch.commitments.Audit;
import klatch.commitments.DepositTerms;
import klatch.commitments.Msat;
import klatch.commitments.TermsClock;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventCreated;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.PresenceRule;
import klatch.meetup.SignedEncounter;

/**
 * An organiser, attendees and one event, with everything in memory and no money on a thread of its own: who drives it decides what happens when.
 * What a process keeps on disk outlives a {@link Person#crash}.
 */
public final class Town implements AutoCloseable {
  /** When the event begins, in milliseconds since 1970. */
  public static final long START = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  /** Of every node's one channel, and its own part of it at the beginning. */
  static final Msat CAPACITY = Msat.ofSat(4_000_000);
  static final Msat BALANCE = Msat.ofSat(2_000_000);
  private static final Duration SEATING = Duration.ofSeconds(30);

  private final SimulatedClock clock = new SimulatedClock(START - 11 * HOUR);
  private final InMemoryNetwork network;
  private final Person host;
  private final List<Person> attendees = new ArrayList<>();
  private final TopicId topic;
  private final EventId event;
  private final DepositTerms terms;

  /** Everybody has a seat, nobody has locked, and it is inside the lock window. */
  public Town(int people, long depositMsat, int minimumPresent, long seed) {
    network = new InMemoryNetwork(clock, seed);
    host = new Person(this, "host", 1);
    TermsClock times = new TermsClock(START - 48 * HOUR, START - 12 * HOUR, START - 2 * HOUR, START - HOUR / 2,
        START + 2 * HOUR, START + 8 * HOUR, START + 14 * HOUR);
    terms = ((DepositTerms.Draft.Accepted) DepositTerms.draft(depositMsat, times, minimumPresent,
        host.lightning().status().nodeId(), DepositTerms.CLAIM_WINDOW)).terms();
    topic = host.meetup().createGroup("Walkers", "");
    event = host.meetup().createEvent(topic, new EventCreated("Walk", "", "", new EventTimes("UTC", START,
        START + 2 * HOUR, START - HOUR / 2, START + 2 * HOUR), people, List.of(), PresenceRule.DOOR, terms.encode()))
        .orThrow();
    for (int i = 0; i < people; i++) {
      Person attendee = new Person(this, "attendee" + i, i + 2);
      attendees.add(attendee);
      attendee.meetup().joinGroup(topic, attendee.name());
      attendee.copyFrom(host);
      attendee.meetup().pledge(event).orThrow();
      host.copyFrom(attendee);
    }
    awaitSeats();
    sync();
    host.start();
    attendees.forEach(Person::start);
  }

  /** Seats are given on the view's own thread. */
  private void awaitSeats() {
    Semaphore changes = new Semaphore(0);
    try (LogStore.Subscription subscription = host.meetup().onChange(_ -> changes.release())) {
      while (host.meetup().seats(event).confirmed().size() < attendees.size()) {
        if (!changes.tryAcquire(SEATING.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("no seats for " + attendees.size() + " people: " + subscription);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while people were being seated", e);
    }
  }

  public SimulatedClock clock() {
    return clock;
  }

  public InMemoryNetwork network() {
    return network;
  }

  public Person host() {
    return host;
  }

  /** In the order in which they asked for a seat. */
  public List<Person> attendees() {
    return List.copyOf(attendees);
  }

  public TopicId topic() {
    return topic;
  }

  public EventId event() {
    return event;
  }

  public DepositTerms terms() {
    return terms;
  }

  /** Everybody gets everything. */
  public void sync() {
    attendees.forEach(host::copyFrom);
    attendees.forEach(attendee -> attendee.copyFrom(host));
  }

  public void lockAll() {
    host.work();
    sync();
    attendees.forEach(Person::lock);
    settleDown();
  }

  /** Lets everything that can happen without the clock happen. */
  public void settleDown() {
    boolean more = true;
    while (more) {
      long before = positions();
      more = host.work();
      sync();
      for (Person attendee : attendees) {
        more |= attendee.work();
      }
      sync();
      more |= positions() != before;
    }
  }

  private long positions() {
    return host.log().lastPosition() + attendees.stream().mapToLong(a -> a.log().lastPosition()).sum();
  }

  public void toCheckIn() {
    clock.to(START);
  }

  public void toSettlement() {
    clock.to(START + 8 * HOUR);
  }

  /** The person meets the door now, and the door's node learns of it. */
  public void checkIn(Person person) {
    ByteString nonce = ByteString.of(person.device().bytes());
    Encounter encounter = new Encounter(event, host.device(), person.device(), nonce, nonce,
        Encounter.epochAt(clock.millis()), ByteString.zeros(Encounter.BEACON_BYTES));
    byte[] bytes = encounter.signedBytes();
    person.meetup().record(new SignedEncounter(encounter, ByteString.of(host.key().sign(bytes)),
        ByteString.of(person.key().sign(bytes))));
    host.copyFrom(person);
  }

  /** As the organiser's log alone proves it. */
  public Audit audit() {
    return Audit.of(event, host.entries(), host.lightning()::decode, clock.millis()).orElseThrow();
  }

  @Override
  public void close() {
    host.meetup().close();
    attendees.forEach(attendee -> attendee.meetup().close());
  }
}
