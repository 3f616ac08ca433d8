package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.junit.jupiter.api.Test;

/** Co-hosts and the doors they open, as views of entries. */
final class RolesTest {
  private final Scribe founder = new Scribe(1);
  private final Scribe cem = new Scribe(2);
  private final Scribe ann = new Scribe(3);
  private final TopicId topic = founder.found(1);

  private MeetupView view() {
    List<Entry> entries = new ArrayList<>();
    List.of(ann, cem, founder).forEach(scribe -> entries.addAll(scribe.entries));
    return MeetupView.of(entries);
  }

  private List<Anomaly.Reason> reasons() {
    return view().anomalies(topic).stream().map(Anomaly::reason).toList();
  }

  private void grant(long afterSequence) {
    founder.write(topic, new CoHostGranted(cem.device, afterSequence));
  }

  @Test
  void aCoHostCreatesEventsOfTheirOwnAndEditsOthers() {
    grant(0);
    EventId own = cem.announce(topic, 3);
    EventId founders = founder.announce(topic, 5);
    cem.write(topic, new EventEdited(founders, 2, new EventDetails("By Cem", "", "", Scribe.event(1).times())));
    assertThat(view().event(own).orElseThrow().host()).isEqualTo(cem.device);
    assertThat(view().event(founders).orElseThrow().host()).isEqualTo(founder.device);
    assertThat(view().event(founders).orElseThrow().details().title()).isEqualTo("By Cem");
    assertThat(view().coHosts(topic)).containsExactly(cem.device);
    assertThat(reasons()).isEmpty();
  }

  @Test
  void theLedgerAndTheCapacityAreTheEventsOwnHosts() {
    grant(0);
    EventId own = cem.announce(topic, 3);
    EntryId pledge = ann.write(topic, new Pledged(own)).id();
    founder.write(topic, SeatDecision.of(own, pledge, SeatOutcome.CONFIRMED));
    founder.write(topic, new CapacitySet(own, 30));
    assertThat(view().seats(own).taken()).isZero();
    assertThat(view().event(own).orElseThrow().capacity()).isEqualTo(3);
    assertThat(reasons()).containsExactly(Anomaly.Reason.NOT_A_HOST, Anomaly.Reason.NOT_A_HOST);
    cem.write(topic, SeatDecision.of(own, pledge, SeatOutcome.CONFIRMED));
    assertThat(view().seats(own).confirmed()).containsExactly(ann.device);
  }

  @Test
  void whatWasMadeBeforeTheGrantOrAfterTheRevocationDoesNotCount() {
    EventId tooEarly = cem.announce(topic, 3);
    grant(1);
    EventId good = cem.announce(topic, 3);
    founder.write(topic, new CoHostRevoked(cem.device, 2));
    EventId tooLate = cem.announce(topic, 3);
    assertThat(view().events(topic)).extracting(MeetupEvent::id).containsExactly(good);
    assertThat(view().coHosts(topic)).isEmpty();
    assertThat(List.of(tooEarly, tooLate)).noneMatch(id -> view().event(id).isPresent());
    assertThat(reasons()).containsExactly(Anomaly.Reason.NOT_A_HOST, Anomaly.Reason.NOT_A_HOST);
    grant(3);
    EventId again = cem.announce(topic, 3);
    assertThat(view().event(again)).isPresent();
    assertThat(view().event(tooLate)).isEmpty();
  }

  @Test
  void onlyTheFounderAppoints() {
    cem.write(topic, new CoHostGranted(cem.device, 0));
    ann.write(topic, new CoHostRevoked(cem.device, 0));
    founder.write(topic, new CoHostRevoked(ann.device, 0));
    founder.write(topic, new CoHostGranted(founder.device, 0));
    assertThat(view().coHosts(topic)).isEmpty();
    assertThat(reasons()).containsExactlyInAnyOrder(Anomaly.Reason.NOT_THE_FOUNDER, Anomaly.Reason.NOT_THE_FOUNDER,
        Anomaly.Reason.WRONG_ORDER, Anomaly.Reason.REPEATED);
  }

  @Test
  void aDoorNamedLaterCountsAndStaysWhenTheRoleGoes() {
    grant(0);
    EventId id = founder.announce(topic, 5);
    cem.write(topic, cem.meet(id, ann, T0 + HOUR));
    assertThat(view().presence(id).present()).isEmpty();
    founder.write(topic, new DoorsAdded(id, List.of(cem.device)));
    founder.write(topic, new CoHostRevoked(cem.device, 0));
    assertThat(view().presence(id).present()).containsExactly(ann.device);
    ann.write(topic, new DoorsAdded(id, List.of(ann.device)));
    assertThat(view().event(id).orElseThrow().doors()).containsExactlyInAnyOrder(founder.device, cem.device);
  }

  @Test
  void thereAreNeverMoreDoorsThanTheBound() {
    Scribe[] many = new Scribe[Limits.DOORS - 1];
    Arrays.setAll(many, i -> new Scribe(30 + i));
    EventId id = founder.announce(topic, 5,
        Arrays.stream(many).map(door -> door.device).toArray(klatch.log.DeviceId[]::new));
    founder.write(topic, new DoorsAdded(id, List.of(cem.device, ann.device)));
    assertThat(view().event(id).orElseThrow().doors()).hasSize(Limits.DOORS + 1).contains(cem.device, founder.device)
        .doesNotContain(ann.device);
  }

  @Test
  void theFounderMayCallACoHostsEventOff() {
    grant(0);
    EventId own = cem.announce(topic, 3);
    founder.write(topic, new EventCancelled(own, "The room is gone"));
    assertThat(view().event(own).orElseThrow().cancellation()).contains("The room is gone");
    cem.write(topic, new EventCancelled(own, "Sorry"));
    assertThat(view().event(own).orElseThrow().cancellation()).as("the host's own word first").contains("Sorry");
    ann.write(topic, new EventCancelled(own, "Ha"));
    assertThat(reasons()).containsExactly(Anomaly.Reason.NOT_A_HOST);
  }
}
