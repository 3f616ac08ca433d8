package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.LogId;
import klatch.log.TopicId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The view depends on the set of entries, never on the order in which the logs arrived. */
final class MeetupViewPropertyTest {
  private static final int DEVICES = 5;
  private static final int ACTIONS = 40;
  private static final List<ByteString> PICTURES = List.of(PictureTest.png(1, 1), PictureTest.png(2, 2));

  /** Everything a view says. */
  private record Snapshot(List<Group> groups, List<MeetupEvent> events, List<Seats> seats, List<Presence> presence,
      List<Anomaly> anomalies, Map<?, ?> profiles, List<?> pictures, List<List<Quota>> quotas, Set<?> coHosts,
      List<List<DeviceId>> untold, Set<DeviceId> members, List<?> covers, List<?> series) {
    static Snapshot of(MeetupView view, TopicId topic) {
      List<MeetupEvent> events = view.events();
      return new Snapshot(view.groups(), events, events.stream().map(event -> view.seats(event.id())).toList(),
          events.stream().map(event -> view.presence(event.id())).toList(), view.anomalies(topic),
          view.profiles(topic), PICTURES.stream().map(picture -> view.picture(Picture.name(picture))).toList(),
          events.stream().map(event -> view.quotas(event.id())).toList(), view.coHosts(topic),
          events.stream().map(event -> view.untold(event.id())).toList(),
          view.group(topic).map(group -> view.members(topic).all()).orElse(Set.of()),
          events.stream().map(event -> view.cover(event.id())).toList(),
          events.stream().map(event -> view.series(event.id())).toList());
    }
  }

  /** Devices that say right and wrong things about one group, each seeing what the others have said. */
  private static final class Story {
    final List<Scribe> devices = new ArrayList<>();
    final TopicId topic;
    private final Random random;
    private final List<EntryId> said = new ArrayList<>();
    private final List<EventId> events = new ArrayList<>();
    private final List<ByteString> met = new ArrayList<>();

    Story(long seed) {
      random = new Random(seed);
      for (int i = 0; i < DEVICES; i++) {
        devices.add(new Scribe(10 + i));
      }
      topic = devices.getFirst().found(1);
      Entry first = devices.getFirst().write(topic,
          Scribe.event(rule(), 1 + random.nextInt(3), devices.get(1).device));
      events.add(new EventId(first.id()));
      said.add(first.id());
      for (int i = 0; i < ACTIONS; i++) {
        act();
      }
    }

    private PresenceRule rule() {
      return random.nextBoolean() ? PresenceRule.DOOR : PresenceRule.PEERS;
    }

    private Scribe any() {
      return devices.get(random.nextInt(DEVICES));
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    private void act() {
      EventId event = any(events);
      Scribe author = random.nextInt(3) == 0 ? devices.getFirst() : any();
      MeetupMessage message = switch (random.nextInt(23)) {
        case 0 -> random.nextBoolean()
            ? new MemberProfile("name " + random.nextInt(), List.of("tag" + random.nextInt(3)),
                Picture.name(any(PICTURES)))
            : new PictureAdded(any(PICTURES));
        case 1 -> random.nextBoolean()
            ? Scribe.event(rule(), 1 + random.nextInt(3))
            : Scribe.event(1).as(new Occurrence(ByteString.zeros(Limits.SERIES_ID_BYTES), "FREQ=DAILY;COUNT=3",
                1 + random.nextInt(3), 3));
        case 2 -> random.nextInt(4) == 0
            ? new EventCancelled(event, "reason " + random.nextInt())
            : new Pledged(event);
        case 3, 4, 5 -> new Pledged(event, 1 + random.nextInt(3), random.nextInt(3), ByteString.EMPTY);
        case 6 -> new PledgeWithdrawn(event, any(said));
        case 7, 8, 9 -> SeatDecision.of(event, any(said),
            List.of(SeatOutcome.CONFIRMED, SeatOutcome.WAITLISTED, SeatOutcome.DECLINED).get(random.nextInt(3)),
            1 + random.nextInt(3));
        case 10 -> SeatDecision.released(event, any(said), 1 + random.nextInt(3), any(said));
        case 11 -> Scribe.group(random.nextInt(2));
        case 12, 13 -> new EventEdited(event, 2 + random.nextInt(3), edited());
        case 14 -> new CapacitySet(event, 1 + random.nextInt(5));
        case 15 -> met.isEmpty() ? new Pledged(event) : new CheckInUndone(event, List.of(any(met)), "mistake");
        case 16 -> new CoHostGranted(any().device, random.nextInt(5));
        case 17 -> new CoHostRevoked(any().device, random.nextInt(12));
        case 18 -> random.nextBoolean()
            ? new SeatsDelegated(event, any().device, 1 + random.nextInt(2))
            : new DoorsAdded(event, List.of(any().device));
        case 19 -> quotaLine(event);
        case 20 -> switch (random.nextInt(5)) {
          case 3, 4 -> new CoverSet(event, random.nextBoolean() ? Picture.name(any(PICTURES)) : null);
          case 0 -> new TicketMade(ByteString.zeros(32), 1, T0);
          case 1 -> new MemberRemoved(any().device);
          default -> new MemberAdmitted(any().device, ByteString.zeros(32));
        };
        case 21 -> new CheckedInByHand(event, any().device, "");
        default -> encounter(event);
      };
      Entry entry = author.write(topic, message instanceof CheckedInByHand ? T0 + HOUR : T0, message);
      said.add(entry.id());
      if (message instanceof CheckedInByHand) {
        met.add(ByteString.of(entry.id().bytes()));
      }
      if (message instanceof EventCreated) {
        events.add(new EventId(entry.id()));
      }
    }

    /** Sometimes with other hours of check-in, so that presence depends on it. */
    private EventDetails edited() {
      EventTimes times = Scribe.event(1).times();
      long later = random.nextInt(2) * HOUR;
      return new EventDetails("title " + random.nextInt(3), "", "", new EventTimes(times.zone(),
          times.startsAtMillis() + later, times.endsAtMillis() + later, times.checkInOpensAtMillis() + later,
          times.checkInClosesAtMillis() + later), null, random.nextInt(3), List.of());
    }

    private MeetupMessage quotaLine(EventId event) {
      return switch (random.nextInt(5)) {
        case 4 ->
          new PlaceSealed(event, random.nextBoolean() ? devices.getFirst().device : any().device, ByteString.zeros(60));
        case 0 -> new SeatsReturned(event, any(said), 1 + random.nextInt(2));
        case 1 -> new SeatsReclaimed(event, any(said));
        case 2 -> new SeatDecision(event, any(said), SeatOutcome.CONFIRMED, 1 + random.nextInt(2), null, any(said));
        default -> new SeatDecision(event, any(said), SeatOutcome.RELEASED, 1, any(said), any(said));
      };
    }

    private MeetupMessage encounter(EventId event) {
      int one = random.nextInt(DEVICES);
      Scribe shower = devices.get(one);
      Scribe other = devices.get((one + 1 + random.nextInt(DEVICES - 1)) % DEVICES);
      SignedEncounter good = shower.meet(event, other, T0 + random.nextInt(5) * HOUR, random.nextInt(3));
      met.add(good.encounter().digest());
      return random.nextInt(4) > 0
          ? good
          : new SignedEncounter(good.encounter(), good.signatureA(), ByteString.zeros(64));
    }

    /** All entries, the logs shuffled into each other, each log in its order. */
    List<Entry> shuffled(long seed) {
      Random order = new Random(seed);
      Map<LogId, Deque<Entry>> logs = new HashMap<>();
      devices.forEach(device -> device.entries
          .forEach(entry -> logs.computeIfAbsent(entry.log(), log -> new ArrayDeque<>()).add(entry)));
      List<Deque<Entry>> left = new ArrayList<>(logs.values());
      List<Entry> all = new ArrayList<>();
      while (!left.isEmpty()) {
        Deque<Entry> log = left.get(order.nextInt(left.size()));
        all.add(log.remove());
        left.removeIf(Deque::isEmpty);
      }
      return all;
    }
  }

  @Property(tries = 60)
  void theSameEntriesGiveTheSameViewInAnyOrder(@ForAll long story, @ForAll long one, @ForAll long two) {
    Story told = new Story(story);
    Snapshot first = Snapshot.of(MeetupView.of(told.shuffled(one)), told.topic);
    Snapshot second = Snapshot.of(MeetupView.of(told.shuffled(two)), told.topic);
    assertThat(second).isEqualTo(first);
    assertThat(first.events()).isNotEmpty();
  }

  /** Adding to what was computed before and computing anew must agree, so the view is asked after every entry. */
  @Property(tries = 30)
  void askingInBetweenChangesNothing(@ForAll long story, @ForAll long order) {
    Story told = new Story(story);
    MeetupView asked = new MeetupView();
    for (Entry entry : told.shuffled(order)) {
      asked.apply(entry);
      assertThat(Snapshot.of(asked, told.topic)).isNotNull();
    }
    assertThat(Snapshot.of(asked, told.topic)).isEqualTo(Snapshot.of(MeetupView.of(told.shuffled(order)), told.topic));
  }

  @Property(tries = 60)
  void noEventIsEverOversold(@ForAll long story, @ForAll long order) {
    Story told = new Story(story);
    MeetupView view = new MeetupView();
    for (Entry entry : told.shuffled(order)) {
      view.apply(entry);
      for (MeetupEvent event : view.events()) {
        Seats seats = view.seats(event.id());
        assertThat(seats.taken()).isBetween(0, seats.capacity());
        assertThat(seats.confirmed().size()).isLessThanOrEqualTo(seats.taken());
      }
    }
  }
}
