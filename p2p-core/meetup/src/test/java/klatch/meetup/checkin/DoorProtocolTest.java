package klatch.meetup.checkin;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.MINUTE;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Counterpart;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Scribe;
import klatch.meetup.Seat;
import klatch.meetup.SignedEncounter;
import klatch.meetup.checkin.DoorProtocol.Standing;
import klatch.meetup.checkin.DoorProtocol.Step;
import klatch.meetup.checkin.DoorProtocol.Verdict;
import klatch.meetup.checkin.DoorProtocol.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DoorProtocolTest {
  private static final long NOW = T0 + HOUR;
  private static final ByteString BEACON = bytes(7);

  private final Scribe host = new Scribe(1);
  private final Scribe ann = new Scribe(2);
  private final MeetupEvent event = event(9, Optional.empty());
  private final DoorProtocol showing = DoorProtocol.of(host.device).show(event, bytes(5), BEACON, NOW);
  private final DoorCode code = showing.current(NOW).orElseThrow();
  private final Answer answer = Answer.sign(code, ann.key, bytes(6), NOW);

  private MeetupEvent event(int id, Optional<String> cancellation) {
    return new MeetupEvent(EventId.of(bytes(id).bytes()), new TopicId(new byte[32]), host.device, Scribe.event(5), T0,
        cancellation);
  }

  private static ByteString bytes(int value) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) value);
    return ByteString.of(bytes);
  }

  private Standing seated(Seat.Status status) {
    return new Standing(Optional.of(new Seat(ann.device, new EntryId(new byte[32]), T0, status, false)),
        Optional.empty());
  }

  private Step judge(Answer given, long now) {
    return showing.answer(event, given, seated(Seat.Status.CONFIRMED), Way.STREAM, now);
  }

  private static CheckInRefusal refusal(Step step) {
    return ((CheckInReply.Refused) ((Verdict.Tell) step.verdict()).reply()).refusal();
  }

  private void assertRefused(CheckInRefusal refusal, Step step) {
    assertThat(refusal(step)).isEqualTo(refusal);
    assertThat(step.next()).as("nothing changed").isEqualTo(showing);
    assertThat(((CheckInReply.Refused) ((Verdict.Tell) step.verdict()).reply()).message()).isNotBlank();
  }

  @Test
  void anAnswerToTheShownCodeBecomesAnEncounterBothHaveSigned() {
    Encounter encounter = ((Verdict.Sign) judge(answer, NOW + 4_000).verdict()).encounter();
    assertThat(encounter).isEqualTo(new Encounter(event.id(), host.device, ann.device, bytes(5), bytes(6),
        Encounter.epochAt(NOW), BEACON));
    SignedEncounter signed = new SignedEncounter(encounter, ByteString.of(host.key.sign(encounter.signedBytes())),
        answer.signature());
    assertThat(signed.verified()).as("the answer's signature is the encounter's").isTrue();
    assertThat(AttendeeProtocol.believe(answer, new CheckInReply.CheckedIn(signed)))
        .isEqualTo(new CheckInReply.CheckedIn(signed));
  }

  @Test
  void manyPeopleAnswerOneCode() {
    Scribe bob = new Scribe(3);
    Step first = judge(answer, NOW);
    Step second = first.next().answer(event, Answer.sign(code, bob.key, bytes(8), NOW),
        seated(Seat.Status.CONFIRMED), Way.STREAM, NOW);
    assertThat(second.verdict()).isInstanceOf(Verdict.Sign.class);
  }

  @Test
  void theSameAnswerAgainIsAReplay() {
    DoorProtocol after = judge(answer, NOW).next();
    Step again = after.answer(event, answer, seated(Seat.Status.CONFIRMED), Way.STREAM, NOW + 1_000);
    assertThat(refusal(again)).isEqualTo(CheckInRefusal.REPLAYED);
    assertThat(again.next()).isEqualTo(after);
  }

  @Test
  void somebodyElsesNonceIsAReplay() {
    DoorProtocol after = judge(answer, NOW).next();
    Step copied = after.answer(event, Answer.sign(code, new Scribe(3).key, answer.nonce(), NOW),
        seated(Seat.Status.CONFIRMED), Way.STREAM, NOW);
    assertThat(refusal(copied)).isEqualTo(CheckInRefusal.REPLAYED);
  }

  @Test
  void aSecondCheckInGetsTheFirstEncounterAndNoOther() {
    SignedEncounter first = host.meet(event.id(), ann, NOW);
    Step step = showing.answer(event, answer, new Standing(Optional.empty(), Optional.of(first)), Way.STREAM, NOW);
    assertThat(step.verdict()).isEqualTo(new Verdict.Tell(new CheckInReply.AlreadyCheckedIn(first)));
    assertThat(step.next()).isEqualTo(showing);
  }

  @Test
  void aCodeCountsForFifteenSeconds() {
    Answer late = Answer.sign(code, ann.key, bytes(6), NOW + 15_000);
    long start = Encounter.startMillis(code.epoch());
    assertThat(judge(late, start + 15_000).verdict()).isInstanceOf(Verdict.Sign.class);
    assertRefused(CheckInRefusal.STALE, judge(late, start + 15_001));
  }

  @Test
  void aCodeFromTheFutureIsRefused() {
    assertRefused(CheckInRefusal.STALE, judge(answer, Encounter.startMillis(code.epoch()) - 1));
  }

  @Test
  void anAttendeesClockMayBeFifteenSecondsOff() {
    assertThat(judge(Answer.sign(code, ann.key, bytes(6), NOW - 15_000), NOW).verdict())
        .isInstanceOf(Verdict.Sign.class);
    assertRefused(CheckInRefusal.CLOCK, judge(Answer.sign(code, ann.key, bytes(6), NOW - 20_000), NOW));
    assertRefused(CheckInRefusal.CLOCK, judge(Answer.sign(code, ann.key, bytes(6), NOW + 20_000), NOW));
  }

  @Test
  void aCodeOfAnotherEventIsForeign() {
    assertRefused(CheckInRefusal.FOREIGN_EVENT,
        showing.answer(event(8, Optional.empty()), answer, seated(Seat.Status.CONFIRMED), Way.STREAM, NOW));
  }

  @Test
  void aCodeOfAnotherDoorIsForeign() {
    DoorCode other = new DoorCode(code.event(), new Scribe(4).device, code.epoch(), code.commitment(), code.beacon());
    assertRefused(CheckInRefusal.FOREIGN_DOOR, judge(Answer.sign(other, ann.key, bytes(6), NOW), NOW));
  }

  @Test
  void aDoorDoesNotCheckItselfIn() {
    assertRefused(CheckInRefusal.SELF, judge(Answer.sign(code, host.key, bytes(6), NOW), NOW));
  }

  @Test
  void aCodeThatWasNeverShownIsUnknown() {
    DoorCode made = new DoorCode(code.event(), code.door(), code.epoch(), bytes(1), code.beacon());
    assertRefused(CheckInRefusal.UNKNOWN_CODE, judge(Answer.sign(made, ann.key, bytes(6), NOW), NOW));
    DoorCode otherBeacon = new DoorCode(code.event(), code.door(), code.epoch(), code.commitment(), bytes(1));
    assertRefused(CheckInRefusal.UNKNOWN_CODE, judge(Answer.sign(otherBeacon, ann.key, bytes(6), NOW), NOW));
  }

  @Test
  void anAnswerSignedBySomebodyElseIsRefused() {
    Answer forged = new Answer(code, ann.device, answer.nonce(), answer.epoch(),
        Answer.sign(code, new Scribe(3).key, answer.nonce(), NOW).signature());
    assertRefused(CheckInRefusal.SIGNATURE, judge(forged, NOW));
  }

  @Test
  void aSignatureForAnotherNonceIsRefused() {
    assertRefused(CheckInRefusal.SIGNATURE,
        judge(new Answer(code, ann.device, bytes(1), answer.epoch(), answer.signature()), NOW));
  }

  @ParameterizedTest
  @CsvSource({"REQUESTED,NO_SEAT", "WAITLISTED,NO_SEAT", "DECLINED,NO_SEAT", "WITHDRAWN,NO_RSVP"})
  void onlyAConfirmedSeatGetsIn(Seat.Status status, CheckInRefusal refusal) {
    assertRefused(refusal, showing.answer(event, answer, seated(status), Way.STREAM, NOW));
  }

  @Test
  void aKeyWithoutRsvpIsRefused() {
    assertRefused(CheckInRefusal.NO_RSVP,
        showing.answer(event, answer, new Standing(Optional.empty(), Optional.empty()), Way.STREAM, NOW));
  }

  @Test
  void aCancelledEventHasNoDoor() {
    assertRefused(CheckInRefusal.CANCELLED,
        showing.answer(event(9, Optional.of("rain")), answer, seated(Seat.Status.CONFIRMED), Way.STREAM, NOW));
  }

  @ParameterizedTest
  @CsvSource({"-1,false", "0,true", "9000000,false", "8999999,true"})
  void checkInIsOpenFromItsFirstMomentUntilBeforeItsLast(long millisAfterOpening, boolean open) {
    long now = T0 + 30 * MINUTE + millisAfterOpening;
    DoorProtocol door = DoorProtocol.of(host.device).show(event, bytes(5), BEACON, now);
    Answer given = Answer.sign(door.current(now).orElseThrow(), ann.key, bytes(6), now);
    Step step = door.answer(event, given, seated(Seat.Status.CONFIRMED), Way.STREAM, now);
    if (open) {
      assertThat(step.verdict()).isInstanceOf(Verdict.Sign.class);
    } else {
      assertThat(refusal(step)).isEqualTo(CheckInRefusal.OUTSIDE_WINDOW);
    }
  }

  @Test
  void oldCodesAreForgotten() {
    DoorProtocol door = showing;
    for (int step = 1; step < 100; step++) {
      door = door.show(event, bytes(step), BEACON, NOW + step * Encounter.STEP_MILLIS);
    }
    assertThat(door.shown()).hasSizeLessThanOrEqualTo(7);
  }

  private AttendeeProtocol.Known known(Optional<MeetupEvent> known, DeviceId self, Optional<Integer> blocks) {
    return new AttendeeProtocol.Known(self,
        known.map(it -> new Counterpart(it, Optional.empty(), Optional.empty())), blocks);
  }

  private static Optional<CheckInRefusal> refusal(Optional<CheckInReply.Refused> refused) {
    return refused.map(CheckInReply.Refused::refusal);
  }

  @Test
  void anAttendeeAnswersOnlyADoorOfAKnownEvent() {
    AttendeeProtocol.Known anns = known(Optional.of(event), ann.device, Optional.empty());
    assertThat(AttendeeProtocol.check(code, anns, NOW)).isEmpty();
    assertThat(refusal(AttendeeProtocol.check(code, known(Optional.empty(), ann.device, Optional.empty()), NOW)))
        .contains(CheckInRefusal.FOREIGN_EVENT);
    assertThat(refusal(
        AttendeeProtocol.check(code, known(Optional.of(event), host.device, Optional.empty()), NOW)))
        .contains(CheckInRefusal.SELF);
    DoorCode stranger = new DoorCode(code.event(), new Scribe(4).device, code.epoch(), code.commitment(),
        code.beacon());
    assertThat(refusal(AttendeeProtocol.check(stranger, anns, NOW))).contains(CheckInRefusal.FOREIGN_DOOR);
    assertThat(refusal(AttendeeProtocol.check(code,
        known(Optional.of(event(9, Optional.of("rain"))), ann.device, Optional.empty()), NOW)))
        .contains(CheckInRefusal.CANCELLED);
    assertThat(refusal(AttendeeProtocol.check(code, anns, NOW + MINUTE))).contains(CheckInRefusal.STALE);
  }

  @Test
  void aCodeWithABlockOfTheDayBeforeYesterdayIsNotAnswered() {
    assertThat(AttendeeProtocol.check(code, known(Optional.of(event), ann.device, Optional.of(Beacon.MOST_BLOCKS)),
        NOW)).isEmpty();
    assertThat(refusal(AttendeeProtocol.check(code,
        known(Optional.of(event), ann.device, Optional.of(Beacon.MOST_BLOCKS + 1)), NOW)))
        .contains(CheckInRefusal.BEACON);
  }

  @Test
  void aDoorAnswersOnlyWhoHasASeatAndWhileCheckInIsOpen() {
    DoorCode ofAnn = new DoorCode(code.event(), ann.device, code.epoch(), code.commitment(), code.beacon());
    assertThat(refusal(AttendeeProtocol.check(ofAnn, known(Optional.of(event), host.device, Optional.empty()), NOW)))
        .contains(CheckInRefusal.NO_RSVP);
    assertThat(refusal(AttendeeProtocol.check(ofAnn, new AttendeeProtocol.Known(host.device,
        Optional.of(new Counterpart(event, seated(Seat.Status.WAITLISTED).seat(), Optional.empty())), Optional.empty()),
        NOW))).contains(CheckInRefusal.NO_SEAT);
    AttendeeProtocol.Known seated = new AttendeeProtocol.Known(host.device,
        Optional.of(new Counterpart(event, seated(Seat.Status.CONFIRMED).seat(), Optional.empty())), Optional.empty());
    assertThat(AttendeeProtocol.check(ofAnn, seated, NOW)).isEmpty();
    assertThat(refusal(AttendeeProtocol.check(ofAnn, seated, event.times().checkInClosesAtMillis())))
        .contains(CheckInRefusal.OUTSIDE_WINDOW);
  }

  @Test
  void anAnswerOnAScreenHasTheTimeOfTwoScans() {
    long start = Encounter.startMillis(code.epoch());
    Answer answered = Answer.sign(code, ann.key, bytes(6), start + 15_000);
    Standing standing = seated(Seat.Status.CONFIRMED);
    assertThat(showing.answer(event, answered, standing, Way.SCREEN, start + 30_000).verdict())
        .isInstanceOf(Verdict.Sign.class);
    assertRefused(CheckInRefusal.STALE, showing.answer(event, answered, standing, Way.SCREEN, start + 30_001));
    assertRefused(CheckInRefusal.STALE, showing.answer(event, answer, standing, Way.SCREEN, start + 15_001));
  }

  @Test
  void anAttendeeBelievesNoReplyWithoutProof() {
    SignedEncounter other = host.meet(event.id(), ann, NOW);
    assertThat(AttendeeProtocol.believe(answer, new CheckInReply.CheckedIn(other)))
        .as("signed by both, but not for this answer").isInstanceOf(CheckInReply.Refused.class);
    assertThat(AttendeeProtocol.believe(answer, new CheckInReply.AlreadyCheckedIn(other)))
        .isEqualTo(new CheckInReply.AlreadyCheckedIn(other));
    SignedEncounter ofBob = host.meet(event.id(), new Scribe(3), NOW);
    assertThat(AttendeeProtocol.believe(answer, new CheckInReply.AlreadyCheckedIn(ofBob)))
        .isInstanceOf(CheckInReply.Refused.class);
    Encounter right = ((Verdict.Sign) judge(answer, NOW).verdict()).encounter();
    assertThat(AttendeeProtocol.believe(answer,
        new CheckInReply.CheckedIn(new SignedEncounter(right, ByteString.zeros(64), answer.signature()))))
        .as("the door did not sign").isInstanceOf(CheckInReply.Refused.class);
  }
}
