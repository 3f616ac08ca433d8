package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.MINUTE;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import klatch.log.Entry;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.junit.jupiter.api.Test;

final class MeetupViewTest {
  private final Scribe host = new Scribe(1);
  private final Scribe ann = new Scribe(2);
  private final Scribe bob = new Scribe(3);
  private final Scribe door = new Scribe(4);
  private final TopicId topic = host.found(1);

  private MeetupView view() {
    List<Entry> entries = new ArrayList<>();
    List.of(host, ann, bob, door).forEach(scribe -> entries.addAll(scribe.entries));
    return MeetupView.of(entries);
  }

  private EntryId pledge(Scribe attendee, EventId event) {
    return attendee.write(topic, new Pledged(event)).id();
  }

  private void decide(EventId event, EntryId pledge, SeatOutcome outcome) {
    host.write(topic, SeatDecision.of(event, pledge, outcome));
  }

  private void assertOneAnomaly(Anomaly.Reason reason, Scribe author) {
    assertThat(view().anomalies(topic)).singleElement().satisfies(anomaly -> {
      assertThat(anomaly.reason()).isEqualTo(reason);
      assertThat(anomaly.author()).isEqualTo(author.device);
      assertThat(anomaly.entry()).isEqualTo(author.entries.get((int) anomaly.sequence() - 1).id());
      assertThat(anomaly.explanation()).isNotBlank();
    });
  }

  @Test
  void anEventShowsWhatItsOrganiserSigned() {
    EventId id = host.announce(topic, 2, door.device);
    ann.write(topic, new MemberProfile("Ann"));
    ann.write(topic, new MemberProfile("Annie"));

    MeetupView view = view();
    assertThat(view.groups()).extracting(Group::name).containsExactly("Chess in the park");
    MeetupEvent event = view.event(id).orElseThrow();
    assertThat(event.host()).isEqualTo(host.device);
    assertThat(event.created()).isEqualTo(Scribe.event(2, door.device));
    assertThat(event.doors()).containsExactlyInAnyOrder(host.device, door.device);
    assertThat(event.cancelled()).isFalse();
    assertThat(view.events(topic)).containsExactly(event);
    assertThat(view.nicknames(topic)).containsEntry(ann.device, "Annie").hasSize(1);
    assertThat(view.anomalies(topic)).isEmpty();
  }

  @Test
  void seatsFollowThePledgesAndTheLedger() {
    EventId id = host.announce(topic, 1);
    EntryId first = pledge(ann, id);
    EntryId second = pledge(bob, id);
    assertThat(view().seats(id).with(Seat.Status.REQUESTED)).hasSize(2);

    decide(id, first, SeatOutcome.CONFIRMED);
    decide(id, second, SeatOutcome.WAITLISTED);
    assertThat(view().seats(id).confirmed()).containsExactly(ann.device);
    assertThat(view().seats(id).of(bob.device).orElseThrow().status()).isEqualTo(Seat.Status.WAITLISTED);
    assertThat(view().seats(id).free()).isZero();

    EntryId withdrawal = ann.write(topic, new PledgeWithdrawn(id, first)).id();
    Seat leaving = view().seats(id).of(ann.device).orElseThrow();
    assertThat(leaving.status()).as("until the ledger releases it").isEqualTo(Seat.Status.CONFIRMED);
    assertThat(leaving.leaving()).isTrue();

    host.write(topic, SeatDecision.released(id, first, withdrawal));
    decide(id, second, SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).confirmed()).containsExactly(bob.device);
    assertThat(view().seats(id).of(ann.device).orElseThrow().status()).isEqualTo(Seat.Status.WITHDRAWN);
    assertThat(view().milestones(id, bob.device)).as("moved up from the waitlist")
        .isEqualTo(new Milestones(OptionalLong.empty(), OptionalLong.of(T0)));
    host.write(topic, T0 + MINUTE, new EventCancelled(id, "rain"));
    assertThat(view().milestones(id, ann.device)).as("never waited")
        .isEqualTo(new Milestones(OptionalLong.of(T0 + MINUTE), OptionalLong.empty()));
    assertThat(view().anomalies(topic)).isEmpty();
  }

  @Test
  void whoPledgesAgainIsJudgedByTheNewPledge() {
    EventId id = host.announce(topic, 1);
    EntryId first = pledge(ann, id);
    ann.write(topic, new PledgeWithdrawn(id, first));
    EntryId second = pledge(ann, id);
    decide(id, second, SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).all()).singleElement().satisfies(seat -> {
      assertThat(seat.pledge()).isEqualTo(second);
      assertThat(seat.status()).isEqualTo(Seat.Status.CONFIRMED);
    });
    assertThat(view().anomalies(topic)).isEmpty();
  }

  @Test
  void anEncounterWithTheHostOrADoorMakesPresent() {
    EventId id = host.announce(topic, 5, door.device);
    host.write(topic, host.meet(id, ann, T0 + HOUR));
    bob.write(topic, door.meet(id, bob, T0 + HOUR));
    assertThat(view().presence(id).present()).containsExactlyInAnyOrder(ann.device, bob.device);
    assertThat(view().presence(id).proof(bob.device).orElseThrow().encounter().keyA()).isEqualTo(door.device);
    assertThat(view().anomalies(topic)).isEmpty();
  }

  @Test
  void twoCopiesOfAnEncounterAndTwoDoorsCountOnce() {
    EventId id = host.announce(topic, 5, door.device);
    SignedEncounter later = host.meet(id, ann, T0 + 2 * HOUR);
    SignedEncounter earlier = door.meet(id, ann, T0 + HOUR);
    host.write(topic, later);
    ann.write(topic, later);
    door.write(topic, earlier);
    assertThat(view().presence(id).present()).containsExactly(ann.device);
    assertThat(view().presence(id).proof(ann.device)).contains(earlier);
    assertThat(view().anomalies(topic)).isEmpty();
  }

  @Test
  void anUndoneCheckInCountsNoMoreAndAnotherOneDoes() {
    EventId id = host.announce(topic, 5, door.device);
    SignedEncounter wrong = host.meet(id, ann, T0 + HOUR);
    host.write(topic, new CheckInUndone(id, List.of(wrong.encounter().digest()), "somebody else's name"));
    host.write(topic, wrong);
    assertThat(view().presence(id).present()).doesNotContain(ann.device);
    assertThat(view().presence(id).undone()).containsExactly(ann.device);
    assertThat(view().encounter(id, host.device, ann.device)).isEmpty();
    SignedEncounter right = door.meet(id, ann, T0 + 2 * HOUR);
    ann.write(topic, right);
    assertThat(view().presence(id).proofs(ann.device)).containsExactly(right);
    assertThat(view().presence(id).undone()).isEmpty();
    assertThat(view().anomalies(topic)).isEmpty();
  }

  @Test
  void theHostUndoesAnythingAndAnotherDoorItsOwn() {
    EventId id = host.announce(topic, 5, door.device);
    SignedEncounter met = host.meet(id, ann, T0 + HOUR);
    host.write(topic, met);
    door.write(topic, new CheckInUndone(id, List.of(met.encounter().digest()), ""));
    assertThat(view().presence(id).isPresent(ann.device)).isTrue();
    assertThat(view().anomalies(topic)).extracting(Anomaly::reason).containsExactly(Anomaly.Reason.NOT_A_PARTY);
    SignedEncounter own = door.meet(id, bob, T0 + HOUR);
    door.write(topic, own);
    door.write(topic, new CheckInUndone(id, List.of(own.encounter().digest()), "not Bob"));
    assertThat(view().presence(id).isPresent(bob.device)).isFalse();
    assertThat(view().presence(id).undone()).containsExactly(bob.device);
    ann.write(topic, new CheckInUndone(id, List.of(met.encounter().digest()), ""));
    assertThat(view().presence(id).isPresent(ann.device)).isTrue();
    assertThat(view().anomalies(topic)).extracting(Anomaly::reason)
        .containsExactlyInAnyOrder(Anomaly.Reason.NOT_A_PARTY, Anomaly.Reason.NOT_A_HOST);
  }

  @Test
  void aDoorsWordAloneCountsByTheRuleDoorAndCanBeTakenBack() {
    EventId id = host.announce(topic, 5, door.device);
    Entry line = door.write(topic, T0 + HOUR, new CheckedInByHand(id, ann.device, "phone is flat"));
    assertThat(view().presence(id).isPresent(ann.device)).isTrue();
    assertThat(view().presence(id).isLasting(ann.device)).isTrue();
    assertThat(view().presence(id).proofs(ann.device)).isEmpty();
    assertThat(view().presence(id).evidence(ann.device).orElseThrow().byHand()).containsExactly(door.device);
    assertThat(view().isPresent(id, ann.device)).isTrue();
    assertThat(view().anomalies(topic)).isEmpty();
    door.write(topic, new CheckInUndone(id, List.of(ByteString.of(line.id().bytes())), "it was Bob"));
    assertThat(view().isPresent(id, ann.device)).isFalse();
    assertThat(view().presence(id).present()).isEmpty();
    assertThat(view().presence(id).undone()).containsExactly(ann.device);
    ann.write(topic, door.meet(id, ann, T0 + 2 * HOUR));
    assertThat(view().presence(id).isPresent(ann.device)).isTrue();
    assertThat(view().presence(id).undone()).isEmpty();
  }

  @Test
  void whoIsNoDoorOrTooEarlyLetsNobodyInByHandAndByThePeersRuleNobodyDoes() {
    EventId id = host.announce(topic, 5, door.device);
    bob.write(topic, T0 + HOUR, new CheckedInByHand(id, bob.device, ""));
    door.write(topic, Scribe.event(5).times().checkInOpensAtMillis() - 1, new CheckedInByHand(id, ann.device, ""));
    assertThat(view().presence(id).present()).isEmpty();
    assertThat(view().anomalies(topic)).extracting(Anomaly::reason)
        .containsExactlyInAnyOrder(Anomaly.Reason.NOT_A_DOOR, Anomaly.Reason.OUTSIDE_WINDOW);
    EventId peers = new EventId(host.write(topic, Scribe.event(PresenceRule.PEERS, 5, door.device)).id());
    door.write(topic, T0 + HOUR, new CheckedInByHand(peers, ann.device, ""));
    assertThat(view().presence(peers).people()).isEmpty();
    assertThat(view().isPresent(peers, ann.device)).isFalse();
  }

  @Test
  void anEncounterOfTwoAttendeesMakesNobodyPresent() {
    EventId id = host.announce(topic, 5);
    ann.write(topic, ann.meet(id, bob, T0 + HOUR));
    assertThat(view().presence(id).present()).isEmpty();
  }

  @Test
  void anEncounterCountsFromTheFirstToTheLastMomentOfCheckIn() {
    EventId id = host.announce(topic, 5);
    EventTimes times = Scribe.event(5).times();
    host.write(topic, host.meet(id, ann, times.checkInOpensAtMillis()));
    host.write(topic, host.meet(id, bob, times.checkInClosesAtMillis() - 1));
    assertThat(view().presence(id).present()).containsExactlyInAnyOrder(ann.device, bob.device);
  }

  @Test
  void anEncounterOutsideTheHoursOfCheckInIsAnAnomaly() {
    EventId id = host.announce(topic, 5);
    host.write(topic, host.meet(id, ann, T0 + 30 * MINUTE - Encounter.STEP_MILLIS));
    assertThat(view().presence(id).present()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.OUTSIDE_WINDOW, host);
  }

  @Test
  void anEncounterAfterClosingIsAnAnomaly() {
    EventId id = host.announce(topic, 5);
    host.write(topic, host.meet(id, ann, T0 + 3 * HOUR));
    assertThat(view().presence(id).present()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.OUTSIDE_WINDOW, host);
  }

  @Test
  void anEncounterSignedByOneOnlyIsAnAnomaly() {
    EventId id = host.announce(topic, 5);
    SignedEncounter good = host.meet(id, ann, T0 + HOUR);
    ann.write(topic, new SignedEncounter(good.encounter(), ByteString.zeros(64), good.signatureB()));
    assertThat(view().presence(id).present()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.WRONG_SIGNATURE, ann);
  }

  @Test
  void aHostCannotSignForAnAttendee() {
    EventId id = host.announce(topic, 5);
    SignedEncounter good = host.meet(id, ann, T0 + HOUR);
    host.write(topic, new SignedEncounter(good.encounter(), good.signatureA(), good.signatureA()));
    assertThat(view().presence(id).present()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.WRONG_SIGNATURE, host);
  }

  @Test
  void anEncounterOfAnotherEventDoesNotCountHere() {
    EventId here = host.announce(topic, 5);
    EventId there = host.announce(topic, 6);
    host.write(topic, host.meet(there, ann, T0 + HOUR));
    assertThat(view().presence(here).present()).isEmpty();
    assertThat(view().presence(there).present()).containsExactly(ann.device);
  }

  @Test
  void aThirdPartyCannotRecordAnEncounter() {
    EventId id = host.announce(topic, 5);
    bob.write(topic, host.meet(id, ann, T0 + HOUR));
    assertThat(view().presence(id).present()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.NOT_A_PARTY, bob);
  }

  @Test
  void onlyAHostCreatesEvents() {
    EventId id = new EventId(ann.write(topic, Scribe.event(3)).id());
    assertThat(view().event(id)).isEmpty();
    assertThat(view().events()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.NOT_A_HOST, ann);
  }

  @Test
  void onlyAHostCancels() {
    EventId id = host.announce(topic, 3);
    ann.write(topic, new EventCancelled(id, "no"));
    assertThat(view().event(id).orElseThrow().cancelled()).isFalse();
    assertOneAnomaly(Anomaly.Reason.NOT_A_HOST, ann);
  }

  @Test
  void onlyTheHostDecidesOnSeats() {
    EventId id = host.announce(topic, 3);
    EntryId pledge = pledge(ann, id);
    ann.write(topic, SeatDecision.of(id, pledge, SeatOutcome.CONFIRMED));
    assertThat(view().seats(id).confirmed()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.NOT_A_HOST, ann);
  }

  @Test
  void aGroupIsBoundToItsFoundersKey() {
    ann.write(topic, Scribe.group(1));
    assertThat(view().group(topic).orElseThrow().founder()).isEqualTo(host.device);
    assertOneAnomaly(Anomaly.Reason.WRONG_FOUNDING, ann);
  }

  @Test
  void aGroupIsFoundedOnce() {
    host.write(topic, Scribe.group(1));
    assertOneAnomaly(Anomaly.Reason.WRONG_FOUNDING, host);
  }

  @Test
  void nobodyWithdrawsSomebodyElsesPledge() {
    EventId id = host.announce(topic, 3);
    EntryId pledge = pledge(ann, id);
    bob.write(topic, new PledgeWithdrawn(id, pledge));
    assertThat(view().seats(id).of(ann.device).orElseThrow().status()).isEqualTo(Seat.Status.REQUESTED);
    assertOneAnomaly(Anomaly.Reason.WRONG_CITATION, bob);
  }

  @Test
  void aSecondPledgeIsIgnored() {
    EventId id = host.announce(topic, 3);
    EntryId first = pledge(ann, id);
    pledge(ann, id);
    assertThat(view().seats(id).all()).singleElement().extracting(Seat::pledge).isEqualTo(first);
    assertOneAnomaly(Anomaly.Reason.REPEATED, ann);
  }

  @Test
  void aSecondCancellationIsIgnored() {
    EventId id = host.announce(topic, 3);
    host.write(topic, new EventCancelled(id, "rain"));
    host.write(topic, new EventCancelled(id, "snow"));
    assertThat(view().event(id).orElseThrow().cancellation()).isEqualTo(Optional.of("rain"));
    assertOneAnomaly(Anomaly.Reason.REPEATED, host);
  }

  @Test
  void theLedgerCannotConfirmMoreSeatsThanThereAre() {
    EventId id = host.announce(topic, 1);
    decide(id, pledge(ann, id), SeatOutcome.CONFIRMED);
    decide(id, pledge(bob, id), SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).confirmed()).containsExactly(ann.device);
    assertThat(view().seats(id).taken()).isEqualTo(1);
    assertOneAnomaly(Anomaly.Reason.OVERSOLD, host);
  }

  @Test
  void theLedgerCannotJump() {
    EventId id = host.announce(topic, 1);
    EntryId pledge = pledge(ann, id);
    decide(id, pledge, SeatOutcome.DECLINED);
    decide(id, pledge, SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).of(ann.device).orElseThrow().status()).isEqualTo(Seat.Status.DECLINED);
    assertOneAnomaly(Anomaly.Reason.WRONG_ORDER, host);
  }

  @Test
  void theLedgerIsClosedByTheCancellation() {
    EventId id = host.announce(topic, 1);
    EntryId pledge = pledge(ann, id);
    host.write(topic, new EventCancelled(id, "rain"));
    decide(id, pledge, SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).confirmed()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.AFTER_CANCELLATION, host);
  }

  @Test
  void aReleaseWithoutAWithdrawalIsFound() {
    EventId id = host.announce(topic, 1);
    EntryId pledge = pledge(ann, id);
    decide(id, pledge, SeatOutcome.CONFIRMED);
    host.write(topic, SeatDecision.released(id, pledge, pledge));
    assertOneAnomaly(Anomaly.Reason.WRONG_CITATION, host);
  }

  @Test
  void aDecisionOnWhatIsNoPledgeIsFound() {
    EventId id = host.announce(topic, 1);
    decide(id, id.entry(), SeatOutcome.CONFIRMED);
    assertThat(view().seats(id).confirmed()).isEmpty();
    assertOneAnomaly(Anomaly.Reason.WRONG_CITATION, host);
  }

  @Test
  void aCitationOfAnEntryThatIsStillOnItsWayIsNoAnomaly() {
    EventId id = host.announce(topic, 1);
    decide(id, pledge(ann, id), SeatOutcome.CONFIRMED);
    MeetupView withoutAnn = MeetupView.of(host.entries);
    assertThat(withoutAnn.anomalies(topic)).isEmpty();
    assertThat(withoutAnn.seats(id).all()).isEmpty();
    assertThat(withoutAnn.seats(id).taken()).isEqualTo(1);
  }

  @Test
  void aPledgeForWhatIsNoEventIsFound() {
    EntryId profile = host.write(topic, new MemberProfile("Host")).id();
    pledge(ann, new EventId(profile));
    assertOneAnomaly(Anomaly.Reason.WRONG_CITATION, ann);
  }

  @Test
  void aPayloadThatIsNoMessageIsFoundAndTheLogGoesOn() {
    EventId id = host.announce(topic, 1);
    ann.write(topic, MessageCodec.type(new Pledged(id)), "garbage".getBytes(StandardCharsets.US_ASCII), T0);
    pledge(ann, id);
    assertThat(view().seats(id).with(Seat.Status.REQUESTED)).hasSize(1);
    assertOneAnomaly(Anomaly.Reason.MALFORMED, ann);
  }

  @Test
  void payloadsOfOthersAreLeftAlone() {
    Entry foreign = ann.write(topic, "money/offer/1", new byte[]{1, 2, 3}, T0);
    MeetupView view = MeetupView.of(host.entries);
    assertThat(view.apply(foreign)).isFalse();
    assertThat(view.anomalies(topic)).isEmpty();
  }

  @Test
  void anEntryTwiceChangesNothingAndAGapIsABug() {
    EventId id = host.announce(topic, 1);
    MeetupView view = MeetupView.of(host.entries);
    assertThat(view.apply(host.entries.getLast())).isFalse();
    assertThat(view.event(id)).isPresent();
    pledge(ann, id);
    pledge(ann, id);
    assertThatThrownBy(() -> view.apply(ann.entries.getLast())).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 2").hasMessageContaining("after entry 0");
  }

  @Test
  void anEventOfAnotherGroupCannotBeTouchedFromHere() {
    EventId id = host.announce(topic, 1);
    TopicId other = ann.found(9);
    ann.write(other, new EventCancelled(id, "mine now"));
    MeetupView view = view();
    assertThat(view.event(id).orElseThrow().cancelled()).isFalse();
  }
}
