package klatch.meetup;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A host and its co-hosts give seats at several doors, each on a node of its own. Who has heard what of whom is chance:
 * nodes are cut off from each other for as long as chance will have it, and logs arrive in pieces and in any order.
 */
final class SeatQuotaPropertyTest {
  private static final int CO_HOSTS = 3;
  private static final int PEOPLE = 14;
  private static final int STEPS = 120;
  private static final int MOST_GUESTS = 2;

  /** One node: its own log, and as much of the others' as has reached it. */
  private static final class Site {
    final Scribe scribe;
    final MeetupView view = new MeetupView();
    private final Map<Scribe, Integer> heard = new HashMap<>();

    Site(Scribe scribe) {
      this.scribe = scribe;
    }

    /** Takes in at most {@code most} more entries of a log. */
    void hear(Scribe from, int most) {
      int known = heard.getOrDefault(from, 0);
      int until = known + Math.min(from.entries.size() - known, most);
      from.entries.subList(known, until).forEach(view::apply);
      heard.put(from, until);
    }

    EntryId say(TopicId topic, MeetupMessage message) {
      Entry entry = scribe.write(topic, message);
      hear(scribe, Integer.MAX_VALUE);
      return entry.id();
    }

    DeviceId device() {
      return scribe.device;
    }
  }

  /** An event with little room, people who want to come, and doors that hardly hear of each other. */
  private static final class Evening {
    final Random random;
    final boolean honest;
    final List<Site> doors = new ArrayList<>();
    final List<Scribe> people = IntStream.range(0, PEOPLE).mapToObj(i -> new Scribe(50 + i)).toList();
    final Map<Scribe, EntryId> pledges = new HashMap<>();
    final List<EntryId> said = new ArrayList<>();
    final List<EntryId> returns = new ArrayList<>();
    final TopicId topic;
    final EventId event;

    Evening(long seed, int capacity, boolean honest) {
      random = new Random(seed);
      this.honest = honest;
      Scribe host = new Scribe(1);
      topic = host.found(1);
      event = host.announce(topic, capacity);
      host.write(topic, new EventEdited(event, 2, new EventDetails("Full house", "", "", Scribe.event(1).times(), null,
          MOST_GUESTS, List.of())));
      said.add(event.entry());
      IntStream.rangeClosed(0, CO_HOSTS).forEach(i -> doors.add(new Site(i == 0 ? host : new Scribe(10 + i))));
      doors.getFirst().hear(host, Integer.MAX_VALUE);
    }

    Site host() {
      return doors.getFirst();
    }

    Site anyCoHost() {
      return doors.get(1 + random.nextInt(CO_HOSTS));
    }

    void step() {
      Scribe person = people.get(random.nextInt(PEOPLE));
      switch (random.nextInt(12)) {
        case 0, 1 -> pledgeOrWithdraw(person);
        case 2 -> keepLedger(host());
        case 3 -> keepLedger(anyCoHost());
        case 4 -> delegate();
        case 5 -> giveBack(anyCoHost());
        case 6, 7 -> seat(anyCoHost(), person);
        case 8 -> {
          if (honest || random.nextInt(6) == 0) {
            resize();
          }
        }
        default -> deliver();
      }
    }

    private void pledgeOrWithdraw(Scribe person) {
      EntryId pledge = pledges.remove(person);
      if (pledge == null) {
        EntryId wish = person
            .write(topic, new Pledged(event, 1, random.nextInt(MOST_GUESTS + 1), ByteString.EMPTY)).id();
        pledges.put(person, wish);
        said.add(wish);
      } else {
        person.write(topic, new PledgeWithdrawn(event, pledge));
      }
    }

    private void keepLedger(Site door) {
      if (knows(door)) {
        Hosting.due(door.device(), T0, door.view, topic).stream().limit(random.nextInt(4))
            .forEach(line -> said.add(door.say(topic, line)));
      }
    }

    private boolean knows(Site door) {
      return door.view.event(event).isPresent();
    }

    private void delegate() {
      int free = host().view.open(event).free();
      int seats = 1 + random.nextInt(4);
      if (!honest || seats <= free) {
        said.add(host().say(topic, new SeatsDelegated(event, anyCoHost().device(), seats)));
      }
    }

    private void resize() {
      int capacity = 1 + random.nextInt(12);
      int gone = host().view.event(event).orElseThrow().capacity() - host().view.open(event).free();
      if (!honest || capacity >= gone) {
        host().say(topic, new CapacitySet(event, capacity));
      }
    }

    private void giveBack(Site door) {
      if (!honest) {
        EntryId lie = said.get(random.nextInt(said.size()));
        EntryId returned = door
            .say(topic, new SeatsReturned(event, quota(door).orElse(lie), 1 + random.nextInt(3)));
        returns.add(random.nextInt(4) == 0 ? lie : returned);
        for (int times = random.nextInt(4); times > 0; times--) {
          host().hear(door.scribe, random.nextInt(12));
          said.add(host().say(topic, new SeatsReclaimed(event, returns.get(random.nextInt(returns.size())))));
        }
      } else if (knows(door)) {
        door.view.quotas(event).stream().filter(quota -> quota.holder().equals(door.device()) && quota.free() > 0)
            .findFirst()
            .ifPresent(quota -> said
                .add(door.say(topic, new SeatsReturned(event, quota.id(), 1 + random.nextInt(quota.free())))));
      }
    }

    private Optional<EntryId> quota(Site door) {
      return knows(door)
          ? door.view.quotas(event).stream().filter(quota -> quota.holder().equals(door.device())).map(Quota::id)
              .findFirst()
          : Optional.empty();
    }

    /** A dishonest door gives whatever it likes, out of whatever quota. */
    private void seat(Site door, Scribe person) {
      if (!honest) {
        EntryId any = said.get(random.nextInt(said.size()));
        Site liar = random.nextBoolean() ? host() : door;
        said.add(liar.say(topic, new SeatDecision(event, any, SeatOutcome.CONFIRMED, 1 + random.nextInt(3), null,
            liar == host() ? null : quota(door).orElse(any))));
      } else if (knows(door)) {
        door.view.seats(event).of(person.device).filter(seat -> seat.status() == Seat.Status.REQUESTED
            || seat.status() == Seat.Status.WAITLISTED).ifPresent(
                seat -> door.view.quotas(event).stream()
                    .filter(quota -> quota.holder().equals(door.device()) && quota.free() >= seat.seats()).findFirst()
                    .ifPresent(quota -> said.add(door.say(topic, new SeatDecision(event, seat.pledge(),
                        SeatOutcome.CONFIRMED, seat.seats(), null, quota.id())))));
      }
    }

    private void deliver() {
      Site to = doors.get(random.nextInt(doors.size()));
      List<Scribe> logs = new ArrayList<>(people);
      doors.stream().filter(door -> door != to).map(door -> door.scribe).forEach(door -> {
        logs.add(door);
        logs.add(door);
      });
      to.hear(logs.get(random.nextInt(logs.size())), 1 + random.nextInt(6));
    }

    /** What everybody sees at the end of the night, when all have heard everything, each in an order of their own. */
    void heal() {
      List<Scribe> logs = new ArrayList<>(people);
      doors.forEach(door -> logs.add(door.scribe));
      for (Site door : doors) {
        List<Scribe> order = new ArrayList<>(logs);
        Collections.shuffle(order, random);
        order.forEach(log -> door.hear(log, 1 + random.nextInt(5)));
        Collections.shuffle(order, random);
        order.forEach(log -> door.hear(log, Integer.MAX_VALUE));
      }
    }

    void assertNobodySitsOnAnothersSeat() {
      for (Site door : doors) {
        if (knows(door)) {
          Seats seats = door.view.seats(event);
          assertThat(seats.taken()).as("taken").isBetween(0, seats.capacity());
          int sitting = seats.with(Seat.Status.CONFIRMED).stream().mapToInt(Seat::seats).sum();
          if (honest) {
            assertThat(sitting).as("sitting").isLessThanOrEqualTo(seats.taken());
          }
          door.view.quotas(event).forEach(quota -> assertThat(quota.free()).isNotNegative());
        }
      }
    }
  }

  @Property(tries = 150)
  void honestDoorsNeverOversellAndEndWithTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 10) int capacity) {
    Evening evening = new Evening(seed, capacity, true);
    for (int i = 0; i < STEPS; i++) {
      evening.step();
      evening.assertNobodySitsOnAnothersSeat();
    }
    evening.heal();
    evening.assertNobodySitsOnAnothersSeat();
    Seats seats = evening.host().view.seats(evening.event);
    for (Site door : evening.doors) {
      assertThat(door.view.seats(evening.event)).isEqualTo(seats);
      assertThat(door.view.quotas(evening.event)).isEqualTo(evening.host().view.quotas(evening.event));
      assertThat(door.view.anomalies(evening.topic)).as("honest people break no rule").isEmpty();
    }
  }

  @Property(tries = 100)
  void whatEverADoorOrTheHostClaimsNoSeatIsGivenTwice(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 10) int capacity) {
    Evening evening = new Evening(seed, capacity, false);
    for (int i = 0; i < STEPS; i++) {
      evening.step();
      evening.assertNobodySitsOnAnothersSeat();
    }
    evening.heal();
    evening.assertNobodySitsOnAnothersSeat();
    for (Site door : evening.doors) {
      assertThat(door.view.seats(evening.event)).isEqualTo(evening.host().view.seats(evening.event));
      assertThat(door.view.anomalies(evening.topic)).isEqualTo(evening.host().view.anomalies(evening.topic));
    }
  }

  /** Without partitions all seats can be given, whoever holds them. */
  @Property(tries = 20)
  void seatsGoRoundAndComeBack(@ForAll @IntRange(min = 2, max = 10) int capacity) {
    Evening evening = new Evening(1, capacity, true);
    Site door = evening.doors.get(1);
    EntryId quota = evening.host().say(evening.topic, new SeatsDelegated(evening.event, door.device(), capacity));
    assertThat(evening.host().view.open(evening.event).free()).isZero();
    evening.heal();
    EntryId returned = door.say(evening.topic, new SeatsReturned(evening.event, quota, capacity - 1));
    evening.heal();
    assertThat(evening.host().view.reclaimable(evening.event)).containsExactly(returned);
    evening.host().say(evening.topic, new SeatsReclaimed(evening.event, returned));
    evening.host().say(evening.topic, new SeatsReclaimed(evening.event, returned));
    assertThat(evening.host().view.open(evening.event).free()).as("reclaimed once").isEqualTo(capacity - 1);
    assertThat(evening.host().view.anomalies(evening.topic)).extracting(Anomaly::reason)
        .containsExactly(Anomaly.Reason.WRONG_CITATION);
  }
}
