package klatch.meetup.checkin;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.MINUTE;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Locale;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import klatch.meetup.Node;
import klatch.meetup.Outcome;
import klatch.meetup.PresenceRule;
import klatch.meetup.Scribe;
import klatch.meetup.SignedEncounter;
import klatch.meetup.TestClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two devices that have screens, cameras and no network. */
final class ScreenExchangeTest {
  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final Node bob = new Node(3, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final CheckIn door = checkIn(host);
  private final CheckIn anns = checkIn(ann);
  private final CheckIn bobs = checkIn(bob);

  @AfterEach
  void close() {
    bob.close();
    ann.close();
    host.close();
  }

  private CheckIn checkIn(Node node) {
    return new CheckIn(node.meetup, node.key, clock, Beacon.none());
  }

  private EventId seated(PresenceRule rule) {
    EventId event = host.meetup.createEvent(topic, Scribe.event(rule, 5)).orThrow();
    for (Node guest : List.of(ann, bob)) {
      guest.copyFrom(host);
      guest.meetup.pledge(event).orThrow();
      host.copyFrom(guest);
    }
    await().until(() -> host.meetup.seats(event).confirmed().size() == 2);
    ann.copyFrom(host);
    bob.copyFrom(host);
    clock.set(T0 + HOUR);
    return event;
  }

  private static String code(CheckIn device, EventId event) {
    return device.code(event).orThrow().text();
  }

  private static AnswerFrame answered(Scan scan) {
    return ((Scan.Answered) scan).frame();
  }

  private static CheckInRefusal refusal(Scan scan) {
    return ((Scan.Refused) scan).refusal();
  }

  private SignedEncounter exchange(CheckIn shows, CheckIn scans, EventId event) {
    AnswerFrame answer = answered(scans.scanned(code(shows, event)));
    Scan.Signed signed = (Scan.Signed) shows.scanned(answer.text());
    Scan.Done done = (Scan.Done) scans.scanned(signed.frame().text());
    assertThat(done.encounter()).isEqualTo(signed.encounter());
    return done.encounter();
  }

  @Test
  void threeScansLeaveBothWithTheSameEncounter() {
    EventId event = seated(PresenceRule.DOOR);
    SignedEncounter signed = exchange(door, anns, event);
    assertThat(signed.verified()).isTrue();
    assertThat(host.meetup.presence(event).proof(ann.device)).contains(signed);
    assertThat(ann.meetup.presence(event).proof(ann.device)).contains(signed);
    ann.copyFrom(host);
    assertThat(ann.meetup.presence(event)).isEqualTo(host.meetup.presence(event));
  }

  @Test
  void theDoorMayScanFirst() {
    EventId event = seated(PresenceRule.DOOR);
    SignedEncounter signed = exchange(anns, door, event);
    assertThat(signed.encounter().keyA()).isEqualTo(ann.device);
    assertThat(host.meetup.presence(event).isPresent(ann.device)).isTrue();
    assertThat(ann.meetup.presence(event).isPresent(ann.device)).isTrue();
  }

  @Test
  void attendeesMeetEachOtherWhereThatCounts() {
    EventId event = seated(PresenceRule.PEERS);
    exchange(anns, bobs, event);
    exchange(door, anns, event);
    exchange(bobs, door, event);
    host.copyFrom(ann);
    host.copyFrom(bob);
    assertThat(host.meetup.presence(event).present()).contains(ann.device, bob.device);
    assertThat(bobs.scanned(code(anns, event))).isInstanceOf(Scan.Already.class);
  }

  @Test
  void attendeesDoNotMeetWhereOnlyDoorsCount() {
    EventId event = seated(PresenceRule.DOOR);
    assertThat(refusal(bobs.scanned(code(anns, event)))).isEqualTo(CheckInRefusal.FOREIGN_DOOR);
  }

  @Test
  void aCameraReadsEveryFrameManyTimes() {
    EventId event = seated(PresenceRule.DOOR);
    String code = code(door, event);
    AnswerFrame answer = answered(anns.scanned(code));
    assertThat(answered(anns.scanned(code))).isEqualTo(answer);
    Scan signed = door.scanned(answer.text());
    long atTheDoor = host.store.lastPosition();
    assertThat(door.scanned(answer.text())).isEqualTo(signed);
    assertThat(host.store.lastPosition()).isEqualTo(atTheDoor);
    String closing = ((Scan.Signed) signed).frame().text();
    Scan done = anns.scanned(closing);
    long onThePhone = ann.store.lastPosition();
    assertThat(anns.scanned(closing)).isEqualTo(done);
    assertThat(ann.store.lastPosition()).isEqualTo(onThePhone);
    assertThat(anns.scanned(code(door, event))).isInstanceOf(Scan.Already.class);
  }

  @Test
  void aSecondExchangeIsNotNeededAlsoWhenTheFirstWasNotClosed() {
    EventId event = seated(PresenceRule.DOOR);
    Scan.Signed first = (Scan.Signed) door.scanned(answered(anns.scanned(code(door, event))).text());
    clock.set(T0 + HOUR + MINUTE);
    AnswerFrame again = answered(anns.scanned(code(door, event)));
    assertThat(door.scanned(again.text())).isEqualTo(new Scan.Already(first.encounter()));
  }

  @Test
  void everyFrameFitsItsCodeAndTheAddressOfAPage() throws Exception {
    EventId event = seated(PresenceRule.DOOR);
    DoorCode code = door.code(event).orThrow();
    AnswerFrame answer = answered(anns.scanned(code.url("HTTP://192.168.100.200:8080/")));
    ClosingFrame closing = ((Scan.Signed) door.scanned(answer.text().toLowerCase(Locale.ROOT))).frame();
    for (Frame frame : List.of(code, answer, closing)) {
      assertThat(frame.text()).matches("[0-9A-Z:]+").hasSizeLessThanOrEqualTo(Frame.TEXT_CHARS);
      assertThat(Frame.parse(frame.text())).isEqualTo(frame);
    }
    assertThat(answer.text()).hasSize(294);
    assertThat(closing.text()).hasSize(241);
    assertThat(Frame.parse(closing.url("https://klatch.example/k/"))).isEqualTo(closing);
  }

  @Test
  void whatIsTooOldIsRefusedAtEachStep() {
    EventId event = seated(PresenceRule.DOOR);
    String photo = code(door, event);
    AnswerFrame answer = answered(anns.scanned(photo));
    clock.set(T0 + HOUR + 15_001);
    assertThat(refusal(anns.scanned(photo))).isEqualTo(CheckInRefusal.STALE);
    assertThat(refusal(door.scanned(answer.text()))).isEqualTo(CheckInRefusal.STALE);
    clock.set(T0 + HOUR + 10 * MINUTE);
    code(door, event);
    assertThat(refusal(door.scanned(answer.text()))).as("forgotten by then").isEqualTo(CheckInRefusal.STALE);
    assertThat(host.meetup.presence(event).present()).isEmpty();
  }

  @Test
  void everyWrongFrameIsRefusedByItsNameAndWritesNothing() {
    EventId event = seated(PresenceRule.DOOR);
    AnswerFrame answer = answered(anns.scanned(code(door, event)));
    long atTheDoor = host.store.lastPosition();
    long onThePhone = ann.store.lastPosition();
    assertThat(refusal(door.scanned("https://example.org"))).isEqualTo(CheckInRefusal.MALFORMED);
    assertThat(refusal(door.scanned(answer.text().substring(0, 200)))).isEqualTo(CheckInRefusal.MALFORMED);
    assertThat(refusal(door.scanned(code(door, event)))).isEqualTo(CheckInRefusal.SELF);
    assertThat(refusal(anns.scanned(answer.text()))).as("no code was shown here")
        .isEqualTo(CheckInRefusal.FOREIGN_EVENT);
    assertThat(refusal(door.scanned(new AnswerFrame(EventId.of(new byte[32]), answer.epoch(), answer.code(),
        answer.device(), answer.nonce(), answer.signature(), (byte) 0).text())))
        .isEqualTo(CheckInRefusal.FOREIGN_EVENT);
    assertThat(refusal(door.scanned(new AnswerFrame(event, answer.epoch(),
        ByteString.zeros(8), answer.device(), answer.nonce(), answer.signature(), (byte) 0).text())))
        .isEqualTo(CheckInRefusal.UNKNOWN_CODE);
    assertThat(refusal(door.scanned(new AnswerFrame(event, answer.epoch(), answer.code(), bob.device,
        answer.nonce(), answer.signature(), (byte) 0).text()))).isEqualTo(CheckInRefusal.SIGNATURE);
    assertThat(refusal(door.scanned(new AnswerFrame(event, answer.epoch(), answer.code(), host.device,
        answer.nonce(), answer.signature(), (byte) 0).text()))).isEqualTo(CheckInRefusal.SELF);
    assertThat(host.store.lastPosition()).isEqualTo(atTheDoor);
    ClosingFrame closing = ((Scan.Signed) door.scanned(answer.text())).frame();
    assertThat(refusal(bobs.scanned(closing.text()))).isEqualTo(CheckInRefusal.UNKNOWN_CODE);
    assertThat(refusal(anns.scanned(new ClosingFrame(event, closing.epoch(), closing.answer(), closing.nonce(),
        ByteString.zeros(64)).text()))).isEqualTo(CheckInRefusal.SIGNATURE);
    assertThat(ann.store.lastPosition()).isEqualTo(onThePhone);
  }

  @Test
  void whoseCheckInWasUndoneIsCheckedInAgain() {
    EventId event = seated(PresenceRule.DOOR);
    exchange(door, anns, event);
    host.meetup.doorkeeping().undo(event, ann.device, "not her").orThrow();
    assertThat(host.meetup.presence(event).isPresent(ann.device)).isFalse();
    assertThat(host.meetup.doorkeeping().undo(event, ann.device, "not her")).isInstanceOf(Outcome.Refused.class);
    ann.copyFrom(host);
    assertThat(ann.meetup.doorkeeping().undo(event, ann.device, "")).isInstanceOf(Outcome.Refused.class);
    clock.set(T0 + HOUR + MINUTE);
    SignedEncounter again = exchange(door, anns, event);
    assertThat(host.meetup.presence(event).proof(ann.device)).contains(again);
    assertThat(ann.meetup.presence(event).proof(ann.device)).contains(again);
  }

  @Test
  void aKeyWithoutASeatIsRefused() {
    EventId event = seated(PresenceRule.DOOR);
    try (Node eve = new Node(9, clock)) {
      eve.copyFrom(host);
      CheckIn eves = checkIn(eve);
      AnswerFrame answer = answered(eves.scanned(code(door, event)));
      assertThat(refusal(door.scanned(answer.text()))).isEqualTo(CheckInRefusal.NO_RSVP);
      assertThat(eves.code(event)).isInstanceOf(Outcome.Refused.class);
    }
  }
}
