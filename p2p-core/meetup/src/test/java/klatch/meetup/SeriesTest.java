package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import klatch.log.Entry;
import klatch.log.StoreException;
import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that were announced together: who belongs to whom, and what is said about several at once. */
final class SeriesTest {
  private static final long WEEK = 7 * 24 * HOUR;
  private static final Recurrence WEEKLY = Recurrence.parse("FREQ=WEEKLY;COUNT=4");

  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");

  @AfterEach
  void close() {
    List.of(host, ann).forEach(Node::close);
  }

  private static EventDetails details(String title, int week) {
    EventTimes times = Scribe.event(1).times();
    return new EventDetails(title, "", "By the pond",
        new EventTimes(times.zone(), times.startsAtMillis() + week * WEEK, times.endsAtMillis() + week * WEEK,
            times.checkInOpensAtMillis() + week * WEEK, times.checkInClosesAtMillis() + week * WEEK));
  }

  private static List<EventCreated> four() {
    return IntStream.range(0, 4).mapToObj(week -> new EventCreated(details("Spring games", week), 5, List.of(),
        PresenceRule.DOOR, ByteString.EMPTY)).toList();
  }

  private List<EventId> announced() {
    return host.meetup.eventDesk().announce(topic, WEEKLY, four()).orThrow();
  }

  private MeetupEvent event(EventId id) {
    return host.meetup.event(id).orElseThrow();
  }

  private List<String> titles(List<EventId> ids) {
    return ids.stream().map(id -> event(id).details().title()).toList();
  }

  private static Outcome.Refused<?> refused(Outcome<?> outcome) {
    return (Outcome.Refused<?>) outcome;
  }

  private Outcome<List<EventId>> titled(EventId id, String title, OptionalInt capacity, EventDesk.Reach reach) {
    return host.meetup.eventDesk().edit(id, (event, anchor) -> new EventDetails(title, event.details().description(),
        event.details().place(), event.times()), capacity, reach);
  }

  @Test
  void everyEventOfASeriesIsAnEventOfItsOwnAndKnowsTheOthers() {
    List<EventId> ids = announced();
    assertThat(ids).hasSize(4).doesNotHaveDuplicates();
    Series series = host.meetup.eventDesk().series(ids.get(2)).orElseThrow();
    assertThat(series.events().values()).containsExactlyElementsOf(ids);
    assertThat(series.number(ids.get(2))).isEqualTo(3);
    assertThat(series.from(ids.get(2))).isEqualTo(ids.subList(2, 4));
    assertThat(series.of()).isEqualTo(4);
    assertThat(series.rule()).isEqualTo("FREQ=WEEKLY;COUNT=4");
    EventId alone = host.meetup.createEvent(topic, Scribe.event(3)).orThrow();
    assertThat(host.meetup.eventDesk().series(alone)).isEmpty();
    ann.copyFrom(host);
    ann.meetup.pledge(ids.get(1)).orThrow();
    host.copyFrom(ann);
    assertThat(host.meetup.seats(ids.get(1)).all()).hasSize(1);
    assertThat(host.meetup.seats(ids.get(2)).all()).isEmpty();
  }

  @Test
  void aSeriesIsAnnouncedWholeOrNotAtAll() {
    List<EventCreated> late = new ArrayList<>(four());
    clock.set(T0 + 3 * HOUR);
    long before = host.store.lastPosition();
    assertThat(refused(host.meetup.eventDesk().announce(topic, WEEKLY, late)).refusal()).isEqualTo(Refusal.TOO_LATE);
    assertThat(refused(ann.meetup.eventDesk().announce(topic, WEEKLY, four())).refusal())
        .isEqualTo(Refusal.UNKNOWN_GROUP);
    ann.copyFrom(host);
    assertThat(refused(ann.meetup.eventDesk().announce(topic, WEEKLY, four())).refusal())
        .isEqualTo(Refusal.NOT_THE_ORGANISER);
    assertThat(host.store.lastPosition()).isEqualTo(before);
  }

  /** A node that is killed while it writes: what the next one finds is all or nothing. */
  @Test
  void aStoreThatFailsLeavesNoHalfSeries() {
    FailingStore failing = new FailingStore(host.store);
    host.meetup.close();
    try (Meetup onFailing = new Meetup(failing, host.key, clock)) {
      failing.failAfterAppend.set(true);
      assertThatThrownBy(() -> onFailing.eventDesk().announce(topic, WEEKLY, four()))
          .isInstanceOf(StoreException.class);
      assertThat(onFailing.events()).as("stored, although nobody was told").hasSize(4);
      failing.failing.set(true);
      assertThatThrownBy(() -> onFailing.eventDesk().announce(topic, WEEKLY, four()))
          .isInstanceOf(StoreException.class);
      failing.failing.set(false);
      assertThat(onFailing.events()).hasSize(4);
      EventId first = onFailing.events().getFirst().id();
      assertThat(onFailing.eventDesk().cancel(first, "rain", EventDesk.Reach.FOLLOWING).orThrow()).hasSize(4);
    }
  }

  @Test
  void anEditIsOfOneEventOrOfAllThatFollow() {
    List<EventId> ids = announced();
    titled(ids.get(1), "Open air", OptionalInt.empty(), EventDesk.Reach.ONE).orThrow();
    assertThat(titles(ids)).containsExactly("Spring games", "Open air", "Spring games", "Spring games");
    titled(ids.get(2), "Summer games", OptionalInt.of(9), EventDesk.Reach.FOLLOWING).orThrow();
    assertThat(titles(ids)).containsExactly("Spring games", "Open air", "Summer games", "Summer games");
    assertThat(ids.stream().map(id -> event(id).capacity())).containsExactly(5, 5, 9, 9);
    long before = host.store.lastPosition();
    assertThat(titled(ids.get(2), "Summer games", OptionalInt.of(9), EventDesk.Reach.FOLLOWING).orThrow())
        .as("again").isEqualTo(ids.subList(2, 4));
    assertThat(host.store.lastPosition()).as("reads as before").isEqualTo(before);
  }

  @Test
  void oneEventThatCannotBeEditedKeepsAllAsTheyAre() {
    List<EventId> ids = announced();
    ann.copyFrom(host);
    ann.meetup.joinGroup(topic, "Ann");
    EventId full = ids.get(3);
    ann.meetup.pledge(full).orThrow();
    host.copyFrom(ann);
    await().until(() -> host.meetup.seats(full).taken() == 1);
    host.meetup.hosting().grant(topic, ann.device).orThrow();
    host.meetup.hosting().delegate(full, ann.device, 2).orThrow();
    Outcome.Refused<?> refusal = refused(
        titled(ids.get(1), "Small", OptionalInt.of(2), EventDesk.Reach.FOLLOWING));
    assertThat(refusal.refusal()).isEqualTo(Refusal.SEATS_TAKEN);
    assertThat(refusal.message()).startsWith("number 4 of the series: ");
    assertThat(titles(ids)).containsOnly("Spring games");
    assertThat(ids.stream().map(id -> event(id).capacity())).containsOnly(5);
  }

  @Test
  void whatIsOverOrCalledOffIsLeftOutOfWhatFollows() {
    List<EventId> ids = announced();
    host.meetup.cancelEvent(ids.get(2), "holiday").orThrow();
    clock.set(T0 + WEEK);
    assertThat(titled(ids.getFirst(), "x", OptionalInt.empty(), EventDesk.Reach.FOLLOWING))
        .as("the event that is meant is over").isInstanceOf(Outcome.Refused.class);
    assertThat(titled(ids.get(1), "Summer games", OptionalInt.empty(), EventDesk.Reach.FOLLOWING).orThrow())
        .containsExactly(ids.get(1), ids.get(3));
    assertThat(host.meetup.eventDesk().cancel(ids.get(1), "rain", EventDesk.Reach.FOLLOWING).orThrow())
        .containsExactly(ids.get(1), ids.get(3));
    assertThat(ids.stream().map(id -> event(id).cancellation())).containsExactly(Optional.empty(),
        Optional.of("rain"), Optional.of("holiday"), Optional.of("rain"));
    assertThat(refused(host.meetup.eventDesk().cancel(ids.get(1), "rain", EventDesk.Reach.FOLLOWING)).refusal())
        .isEqualTo(Refusal.CANCELLED);
    assertThat(refused(ann.meetup.eventDesk().cancel(ids.get(1), "", EventDesk.Reach.ONE)).refusal())
        .isEqualTo(Refusal.UNKNOWN_EVENT);
    ann.copyFrom(host);
    assertThat(refused(ann.meetup.eventDesk().cancel(ids.get(1), "", EventDesk.Reach.FOLLOWING)).refusal())
        .isEqualTo(Refusal.NOT_THE_ORGANISER);
  }

  private static EventCreated of(int number, int of, String rule) {
    return Scribe.event(5).as(new Occurrence(ByteString.zeros(Limits.SERIES_ID_BYTES), rule, number, of));
  }

  /** What others say, and what a host says twice, puts nothing into a series. */
  @Test
  void aSeriesHasOneEventOfEachNumberAndAllOfOneHost() {
    Scribe founder = new Scribe(11);
    Scribe coHost = new Scribe(12);
    Scribe stranger = new Scribe(13);
    TopicId group = founder.found(1);
    founder.write(group, new CoHostGranted(coHost.device, 0));
    EventId first = new EventId(founder.write(group, of(1, 3, "FREQ=DAILY;COUNT=3")).id());
    EventId third = new EventId(founder.write(group, of(3, 3, "FREQ=DAILY;COUNT=3")).id());
    EventId again = new EventId(founder.write(group, T0 + 1, of(3, 3, "FREQ=DAILY;COUNT=3")).id());
    EventId other = new EventId(founder.write(group, of(2, 3, "FREQ=WEEKLY;COUNT=3")).id());
    EventId coHosts = new EventId(coHost.write(group, of(2, 3, "FREQ=DAILY;COUNT=3")).id());
    EventId strangers = new EventId(stranger.write(group, of(2, 3, "FREQ=DAILY;COUNT=3")).id());
    List<Entry> entries = new ArrayList<>(stranger.entries);
    entries.addAll(coHost.entries);
    entries.addAll(founder.entries);
    MeetupView view = MeetupView.of(entries);
    assertThat(view.series(third).orElseThrow().events().values()).containsExactly(first, third);
    assertThat(view.series(again)).as("the number is taken").isEmpty();
    assertThat(view.event(again)).as("and the event stands alone").isPresent();
    assertThat(view.series(other).orElseThrow().events()).hasSize(1);
    assertThat(view.series(coHosts).orElseThrow().events()).hasSize(1);
    assertThat(view.series(strangers)).isEmpty();
    assertThat(view.anomalies(group)).extracting(Anomaly::reason).containsExactlyInAnyOrder(Anomaly.Reason.REPEATED,
        Anomaly.Reason.NOT_A_HOST);
  }

  @Test
  void aSeriesOfMoreThanAHundredIsMalformed() {
    assertThatThrownBy(() -> of(1, 101, "FREQ=DAILY;COUNT=3")).hasMessageContaining("between 2 and 100");
    assertThatThrownBy(() -> of(4, 3, "FREQ=DAILY;COUNT=3")).hasMessageContaining("between 1 and 3");
    assertThatThrownBy(() -> of(0, 3, "FREQ=DAILY;COUNT=3")).hasMessageContaining("between 1 and 3");
    assertThatThrownBy(() -> of(1, 3, "x\ny")).hasMessageContaining("U+000A");
  }

  /** The longest series there is, of the largest events, is written and edited in one go. */
  @Test
  void aHundredEventsAreAnnouncedEditedAndCalledOff() {
    List<EventCreated> hundred = IntStream.range(0, 100).mapToObj(week -> new EventCreated(details("Games", week), 5,
        List.of(), PresenceRule.DOOR, ByteString.EMPTY)).toList();
    List<EventId> ids = host.meetup.eventDesk().announce(topic, Recurrence.parse("FREQ=WEEKLY;COUNT=100"), hundred)
        .orThrow();
    assertThat(titled(ids.getFirst(), "More", OptionalInt.of(7), EventDesk.Reach.FOLLOWING).orThrow()).hasSize(100);
    assertThat(event(ids.getLast()).capacity()).isEqualTo(7);
    assertThat(host.meetup.eventDesk().cancel(ids.getFirst(), "", EventDesk.Reach.FOLLOWING).orThrow()).hasSize(100);
  }
}
