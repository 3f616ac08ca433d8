package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The organiser's ledger under any mix of pledges, withdrawals and crashes between two of its entries. */
final class SeatLedgerPropertyTest {
  private static final int PEOPLE = 8;
  private static final int STEPS = 40;

  /** A group with one event, and the organiser's view of it. */
  private static final class World {
    final Scribe host = new Scribe(1);
    final TopicId topic = host.found(1);
    final EventId event;
    final Map<Scribe, EntryId> standing = new HashMap<>();
    final MeetupView view;

    World(int capacity) {
      event = host.announce(topic, capacity);
      view = MeetupView.of(host.entries);
    }

    /** @param crashAfter how many of its decisions the ledger stores before it dies */
    void keep(long now, int crashAfter) {
      SeatLedger.decide(view.open(event), now).stream().limit(crashAfter)
          .forEach(decision -> view.apply(host.write(topic, decision)));
    }

    void pledge(Scribe person) {
      pledge(person, 0);
    }

    void pledge(Scribe person, int guests) {
      Entry entry = person.write(topic, new Pledged(event, 1, guests, ByteString.EMPTY));
      standing.put(person, entry.id());
      view.apply(entry);
    }

    void withdraw(Scribe person, EntryId pledge) {
      standing.remove(person);
      view.apply(person.write(topic, new PledgeWithdrawn(event, pledge)));
    }
  }

  @Property(tries = 100)
  void neverOversoldNobodyForgottenAndNothingLeftToDecide(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int capacity) {
    Random random = new Random(seed);
    World world = new World(capacity);
    List<Scribe> people = IntStream.range(0, PEOPLE).mapToObj(i -> new Scribe(10 + i)).toList();
    for (int i = 0; i < STEPS; i++) {
      Scribe person = people.get(random.nextInt(PEOPLE));
      EntryId pledge = world.standing.get(person);
      if (pledge == null) {
        world.pledge(person);
      } else {
        world.withdraw(person, pledge);
      }
      world.keep(T0, random.nextInt(4));
      assertThat(world.view.seats(world.event).taken()).isBetween(0, capacity);
    }
    world.keep(T0, Integer.MAX_VALUE);

    Seats seats = world.view.seats(world.event);
    assertThat(SeatLedger.decide(world.view.open(world.event), T0)).as("decided once is decided").isEmpty();
    assertThat(seats.confirmed()).hasSize(Math.min(capacity, world.standing.size()));
    assertThat(seats.with(Seat.Status.WAITLISTED)).hasSize(world.standing.size() - seats.confirmed().size());
    assertThat(seats.all().stream().filter(seat -> seat.status() != Seat.Status.WITHDRAWN).map(Seat::attendee))
        .containsExactlyInAnyOrderElementsOf(world.standing.keySet().stream().map(person -> person.device).toList());
    assertThat(seats.all()).noneMatch(Seat::leaving);
    assertThat(world.view.anomalies(world.topic)).isEmpty();
  }

  @Property(tries = 20)
  void theWaitlistIsServedInItsOrder(@ForAll @IntRange(min = 2, max = 6) int waiting) {
    World world = new World(1);
    List<Scribe> queue = IntStream.rangeClosed(0, waiting).mapToObj(i -> new Scribe(10 + i)).toList();
    for (Scribe person : queue) {
      world.pledge(person);
      world.keep(T0, Integer.MAX_VALUE);
    }
    Map<Scribe, EntryId> pledges = Map.copyOf(world.standing);
    for (Scribe person : queue) {
      assertThat(world.view.seats(world.event).confirmed()).containsExactly(person.device);
      world.withdraw(person, Objects.requireNonNull(pledges.get(person)));
      world.keep(T0, Integer.MAX_VALUE);
    }
    assertThat(world.view.seats(world.event).taken()).isZero();
  }

  @Property(tries = 10)
  void afterCheckInOpensASeatStaysAndAfterItClosesNobodyGetsOne(@ForAll @IntRange(min = 2, max = 3) int capacity) {
    World world = new World(capacity);
    Scribe early = new Scribe(10);
    Scribe late = new Scribe(11);
    world.pledge(early);
    world.keep(T0, Integer.MAX_VALUE);
    world.withdraw(early, Objects.requireNonNull(world.standing.get(early)));
    world.keep(T0 + HOUR, Integer.MAX_VALUE);
    assertThat(world.view.seats(world.event).confirmed()).containsExactly(early.device);

    world.pledge(late);
    world.keep(T0 + 3 * HOUR, Integer.MAX_VALUE);
    assertThat(world.view.seats(world.event).of(late.device).orElseThrow().status()).isEqualTo(Seat.Status.DECLINED);
  }

  /** With guests, a party is seated whole or not at all, and growing rooms serve whoever waits. */
  @Property(tries = 100)
  void partiesAreSeatedWholeAndALargerRoomTakesWhoeverFits(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int capacity) {
    Random random = new Random(seed);
    World world = new World(capacity);
    world.view.apply(world.host.write(world.topic, new EventEdited(world.event, 2, new EventDetails("Spring games",
        "", "", Scribe.event(1).times(), null, 3, List.of()))));
    List<Scribe> people = IntStream.range(0, PEOPLE).mapToObj(i -> new Scribe(10 + i)).toList();
    for (int i = 0; i < STEPS; i++) {
      Scribe person = people.get(random.nextInt(PEOPLE));
      EntryId pledge = world.standing.get(person);
      if (random.nextInt(8) == 0) {
        world.view.apply(world.host.write(world.topic, new CapacitySet(world.event, 1 + random.nextInt(12))));
      } else if (pledge == null) {
        world.pledge(person, random.nextInt(6));
      } else {
        world.withdraw(person, pledge);
      }
      world.keep(T0, random.nextInt(4));
      Seats seats = world.view.seats(world.event);
      assertThat(seats.taken()).isBetween(0, seats.capacity());
    }
    world.keep(T0, Integer.MAX_VALUE);

    Seats seats = world.view.seats(world.event);
    assertThat(SeatLedger.decide(world.view.open(world.event), T0)).as("decided once is decided").isEmpty();
    assertThat(seats.with(Seat.Status.CONFIRMED).stream().mapToInt(Seat::seats).sum()).isEqualTo(seats.taken());
    assertThat(seats.with(Seat.Status.WAITLISTED)).allMatch(seat -> seat.seats() > seats.free());
    assertThat(seats.with(Seat.Status.DECLINED)).allMatch(seat -> seat.guests() > 3);
    assertThat(world.view.anomalies(world.topic)).extracting(Anomaly::reason)
        .allMatch(Anomaly.Reason.OVERSOLD::equals);
  }
}
