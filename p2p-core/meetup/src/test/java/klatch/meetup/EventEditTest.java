package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.junit.jupiter.api.Test;

/** Edits, capacities and what those who pledged are told, as views of entries. */
final class EventEditTest {
  private final Scribe host = new Scribe(1);
  private final Scribe ann = new Scribe(2);
  private final TopicId topic = host.found(1);

  private MeetupView view() {
    List<Entry> entries = new ArrayList<>(host.entries);
    entries.addAll(ann.entries);
    return MeetupView.of(entries);
  }

  private static EventDetails details(String title, String place, long laterMillis) {
    EventTimes times = Scribe.event(1).times();
    return new EventDetails(title, "Bring a board.", place,
        new EventTimes(times.zone(), times.startsAtMillis() + laterMillis, times.endsAtMillis() + laterMillis,
            times.checkInOpensAtMillis() + laterMillis, times.checkInClosesAtMillis() + laterMillis));
  }

  private MeetupEvent event(EventId id) {
    return view().event(id).orElseThrow();
  }

  private List<Anomaly.Reason> reasons() {
    return view().anomalies(topic).stream().map(Anomaly::reason).toList();
  }

  @Test
  void anEditReplacesTheDetailsAndTheOldOnesStayKnown() {
    EventId id = host.announce(topic, 5);
    host.write(topic, new EventEdited(id, 2, details("Summer games", "By the pond", 0)));
    host.write(topic, new EventEdited(id, 3, details("Summer games", "In the hall", HOUR)));
    MeetupEvent event = event(id);
    assertThat(event.details().title()).isEqualTo("Summer games");
    assertThat(event.times().startsAtMillis()).isEqualTo(T0 + 2 * HOUR);
    assertThat(event.versions()).extracting(EventVersion::number).containsExactly(1, 2, 3);
    assertThat(event.created()).isEqualTo(Scribe.event(5));
    assertThat(event.changesSince(2)).extracting(EventChange::field).containsExactly(EventChange.Field.PLACE,
        EventChange.Field.STARTS, EventChange.Field.ENDS, EventChange.Field.CHECK_IN_OPENS,
        EventChange.Field.CHECK_IN_CLOSES);
    assertThat(event.changesSince(1)).first()
        .isEqualTo(new EventChange(EventChange.Field.TITLE, "Spring games", "Summer games"));
    assertThat(event.changesSince(3)).isEmpty();
    assertThat(event.changesSince(7)).isEmpty();
    assertThat(reasons()).isEmpty();
  }

  @Test
  void aVersionCountsOnceTheOneBeforeItIsHere() {
    EventId id = host.announce(topic, 5);
    host.write(topic, new EventEdited(id, 3, details("Third", "", 0)));
    assertThat(event(id).details().title()).isEqualTo("Spring games");
    host.write(topic, new EventEdited(id, 2, details("Second", "", 0)));
    assertThat(event(id).details().title()).isEqualTo("Third");
  }

  @Test
  void ofTwoEditsOfOneVersionTheLowerEntryCounts() {
    EventId id = host.announce(topic, 5);
    EntryId one = host.write(topic, new EventEdited(id, 2, details("One", "", 0))).id();
    EntryId two = host.write(topic, new EventEdited(id, 2, details("Two", "", 0))).id();
    assertThat(event(id).details().title()).isEqualTo(one.compareTo(two) < 0 ? "One" : "Two");
    assertThat(event(id).versions()).hasSize(2);
  }

  @Test
  void nobodyElseEditsTheEvent() {
    EventId id = host.announce(topic, 5);
    ann.write(topic, new EventEdited(id, 2, details("Mine now", "", 0)));
    ann.write(topic, new CapacitySet(id, 9));
    assertThat(event(id).details().title()).isEqualTo("Spring games");
    assertThat(event(id).capacity()).isEqualTo(5);
    assertThat(reasons()).containsExactly(Anomaly.Reason.NOT_A_HOST, Anomaly.Reason.NOT_A_HOST);
  }

  @Test
  void withTermsTheTimesAreFixedAndTheRestIsNot() {
    EventCreated plain = Scribe.event(5);
    EventId id = new EventId(host.write(topic, new EventCreated(plain.details(), 5, List.of(), PresenceRule.DOOR,
        ByteString.zeros(10))).id());
    host.write(topic, new EventEdited(id, 2, details("Later", "", HOUR)));
    assertThat(event(id).details()).isEqualTo(plain.details());
    assertThat(reasons()).containsExactly(Anomaly.Reason.FIXED);
    host.write(topic, new EventEdited(id, 2, details("Elsewhere", "In the hall", 0)));
    assertThat(event(id).details().place()).isEqualTo("In the hall");
    assertThat(event(id).times()).isEqualTo(plain.times());
  }

  @Test
  void movedHoursOfCheckInDecideWhichEncountersCount() {
    EventId id = host.announce(topic, 5);
    host.write(topic, host.meet(id, ann, T0 + 4 * HOUR));
    assertThat(view().presence(id).present()).isEmpty();
    host.write(topic, new EventEdited(id, 2, details("Later", "", 2 * HOUR)));
    assertThat(view().presence(id).present()).containsExactly(ann.device);
  }

  @Test
  void theCapacityIsNeverBelowTheSeatsTaken() {
    EventId id = host.announce(topic, 5);
    EntryId pledge = ann.write(topic, new Pledged(id, 1, 2, ByteString.EMPTY)).id();
    host.write(topic, SeatDecision.of(id, pledge, SeatOutcome.CONFIRMED, 3));
    assertThat(view().seats(id).taken()).isEqualTo(3);
    host.write(topic, new CapacitySet(id, 2));
    assertThat(event(id).capacity()).isEqualTo(5);
    assertThat(reasons()).containsExactly(Anomaly.Reason.OVERSOLD);
    host.write(topic, new CapacitySet(id, 3));
    assertThat(view().seats(id).free()).isZero();
    assertThat(event(id).capacity()).isEqualTo(3);
  }

  @Test
  void aDecisionAboutAnotherNumberOfSeatsThanWasAskedForIsNamed() {
    EventId id = host.announce(topic, 5);
    EntryId pledge = ann.write(topic, new Pledged(id, 1, 2, ByteString.EMPTY)).id();
    host.write(topic, SeatDecision.of(id, pledge, SeatOutcome.CONFIRMED, 1));
    assertThat(reasons()).containsExactly(Anomaly.Reason.WRONG_CITATION);
  }
}
