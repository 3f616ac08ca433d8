package klatch.meetup.checkin;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.StoreException;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.FailingStore;
import klatch.meetup.Meetup;
import klatch.meetup.Node;
import klatch.meetup.Outcome;
import klatch.meetup.Pledged;
import klatch.meetup.Refusal;
import klatch.meetup.Scribe;
import klatch.meetup.SignedEncounter;
import klatch.meetup.TestClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The door with a store behind it, and answers that come without a network. */
final class CheckInTest {
  private static final int CROWD = 120;
  /** From a decoded code to the signed answer. */
  private static final long ANSWER_MILLIS = 50;

  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final EventId event = host.meetup.createEvent(topic, Scribe.event(CROWD)).orThrow();
  private final CheckIn door = new CheckIn(host.meetup, host.key, clock, Beacon.none());

  @AfterEach
  void close() {
    host.close();
  }

  private List<Scribe> seat(int people) {
    List<Scribe> crowd = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      Scribe scribe = new Scribe(100 + i);
      scribe.write(topic, new Pledged(event));
      crowd.add(scribe);
    }
    host.store.ingest(crowd.stream().<Entry>flatMap(scribe -> scribe.entries.stream()).toList());
    await().until(() -> host.meetup.seats(event).confirmed().size() == people);
    clock.set(T0 + HOUR);
    return crowd;
  }

  private Answer answer(Scribe scribe, int nonce) {
    byte[] bytes = new byte[Encounter.NONCE_BYTES];
    bytes[0] = (byte) nonce;
    return Answer.sign(door.code(event).orThrow(), scribe.key, ByteString.of(bytes), clock.millis());
  }

  private long entries() {
    return host.store.lastPosition();
  }

  @Test
  void aCheckInIsStoredOnceHoweverOftenItIsTried() {
    Scribe ann = seat(1).getFirst();
    long before = entries();
    CheckInReply first = door.answer(answer(ann, 1));
    SignedEncounter signed = ((CheckInReply.CheckedIn) first).encounter();
    assertThat(signed.verified()).isTrue();
    assertThat(host.meetup.presence(event).proof(ann.device)).contains(signed);
    assertThat(door.answer(answer(ann, 2))).isEqualTo(new CheckInReply.AlreadyCheckedIn(signed));
    assertThat(((CheckInReply.Refused) door.answer(answer(ann, 1))).refusal()).isEqualTo(CheckInRefusal.REPLAYED);
    assertThat(entries()).isEqualTo(before + 1);
  }

  /** Everybody at once, each with three answers: as when a whole room scans and taps again. */
  @Test
  void everybodyWhoComesAtTheSameTimeIsStoredOnceAndHearsOfThatOne() throws InterruptedException {
    List<Scribe> crowd = seat(20);
    long before = entries();
    Map<DeviceId, Set<SignedEncounter>> heard = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3 * crowd.size(); i++) {
      Scribe scribe = crowd.get(i % crowd.size());
      Answer answer = answer(scribe, i);
      threads
          .add(Thread.startVirtualThread(() -> heard.computeIfAbsent(scribe.device, _ -> ConcurrentHashMap.newKeySet())
              .add(switch (door.answer(answer)) {
                case CheckInReply.CheckedIn(var encounter) -> encounter;
                case CheckInReply.AlreadyCheckedIn(var encounter) -> encounter;
                case CheckInReply.Refused refused -> throw new AssertionError(refused.toString());
              })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(entries()).isEqualTo(before + crowd.size());
    for (Scribe scribe : crowd) {
      assertThat(heard.get(scribe.device)).hasSize(1)
          .containsExactlyElementsOf(host.meetup.presence(event).proofs(scribe.device));
      assertThat(host.meetup.attendee(event, scribe.device))
          .isEqualTo(
              host.meetup.attendees(event).stream().filter(one -> one.device().equals(scribe.device)).findFirst())
          .hasValueSatisfying(one -> assertThat(one.present()).isTrue());
    }
  }

  @Test
  void aSecondCheckInIsKnownAfterARestart() {
    Scribe ann = seat(1).getFirst();
    SignedEncounter signed = ((CheckInReply.CheckedIn) door.answer(answer(ann, 1))).encounter();
    long before = entries();
    Answer toTheOldCode = answer(ann, 2);
    host.restart();
    CheckIn restarted = new CheckIn(host.meetup, host.key, clock, Beacon.none());
    assertThat(restarted.code(event)).isInstanceOf(Outcome.Done.class);
    assertThat(restarted.answer(toTheOldCode)).isEqualTo(new CheckInReply.AlreadyCheckedIn(signed));
    assertThat(entries()).isEqualTo(before);
  }

  @Test
  void whoIsRefusedLeavesNoTrace() {
    seat(1);
    long before = entries();
    assertThat(((CheckInReply.Refused) door.answer(answer(new Scribe(99), 1))).refusal())
        .isEqualTo(CheckInRefusal.NO_RSVP);
    assertThat(entries()).isEqualTo(before);
    assertThat(host.meetup.presence(event).present()).isEmpty();
  }

  @Test
  void whoCannotBeStoredIsNotCheckedInAndMayTryAgain() {
    Scribe ann = seat(1).getFirst();
    FailingStore failing = new FailingStore(host.store);
    host.meetup.close();
    try (Meetup onFailing = new Meetup(failing, host.key, clock)) {
      CheckIn broken = new CheckIn(onFailing, host.key, clock, Beacon.none());
      DoorCode code = broken.code(event).orThrow();
      long before = entries();
      Answer answer = Answer.sign(code, ann.key, ByteString.zeros(Encounter.NONCE_BYTES), clock.millis());
      failing.failing.set(true);
      assertThatThrownBy(() -> broken.answer(answer)).isInstanceOf(StoreException.class);
      failing.failing.set(false);
      assertThat(entries()).isEqualTo(before);
      failing.failAfterAppend.set(true);
      assertThatThrownBy(() -> broken.answer(answer)).isInstanceOf(StoreException.class);
      assertThat(broken.answer(answer)).as("it had been stored").isInstanceOf(CheckInReply.AlreadyCheckedIn.class);
      assertThat(entries()).isEqualTo(before + 1);
    }
  }

  @Test
  void anEventWithoutAnOpenDoorIsForeign() {
    Scribe ann = seat(1).getFirst();
    Answer answer = answer(ann, 1);
    CheckIn closed = new CheckIn(host.meetup, host.key, clock, Beacon.none());
    assertThat(((CheckInReply.Refused) closed.answer(answer)).refusal()).isEqualTo(CheckInRefusal.FOREIGN_EVENT);
  }

  @Test
  void aCodeStaysForItsStepAndThenChanges() {
    clock.set(T0 + HOUR);
    DoorCode first = door.code(event).orThrow();
    clock.set(T0 + HOUR + Encounter.STEP_MILLIS - 1);
    assertThat(door.code(event).orThrow()).isEqualTo(first);
    clock.set(T0 + HOUR + Encounter.STEP_MILLIS);
    DoorCode second = door.code(event).orThrow();
    assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
    assertThat(second.commitment()).isNotEqualTo(first.commitment());
  }

  @Test
  void onlyADoorShowsACode() {
    try (Node ann = new Node(2, clock)) {
      ann.copyFrom(host);
      CheckIn notADoor = new CheckIn(ann.meetup, ann.key, clock, Beacon.none());
      assertThat(((Outcome.Refused<DoorCode>) notADoor.code(event)).refusal()).isEqualTo(Refusal.NOT_A_DOOR);
    }
    clock.set(T0 + 3 * HOUR);
    assertThat(((Outcome.Refused<DoorCode>) door.code(event)).refusal()).isEqualTo(Refusal.TOO_LATE);
    host.meetup.cancelEvent(event, "rain").orThrow();
    assertThat(((Outcome.Refused<DoorCode>) door.code(event)).refusal()).isEqualTo(Refusal.CANCELLED);
  }

  @Test
  void aCrowdIsAnsweredInTimeAndEveryOneIsPresent() throws MalformedMessageException {
    List<Scribe> crowd = seat(CROWD);
    List<Long> nanos = new ArrayList<>();
    for (Scribe person : crowd) {
      byte[] received = CheckInWire.encode(answer(person, crowd.indexOf(person)));
      long start = System.nanoTime();
      CheckInReply reply = door.answer(CheckInWire.decodeAnswer(received));
      nanos.add(System.nanoTime() - start);
      assertThat(reply).isInstanceOf(CheckInReply.CheckedIn.class);
    }
    Collections.sort(nanos);
    assertThat(nanos.get(CROWD / 2) / 1_000_000).as("median milliseconds").isLessThan(ANSWER_MILLIS);
    assertThat(host.meetup.presence(event).present()).hasSize(CROWD);
    List<Entry> all = host.store.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry).toList();
    assertThat(all).filteredOn(entry -> entry.payloadType().equals("meetup/encounter/1")).hasSize(CROWD);
    LoggerFactory.getLogger(CheckInTest.class).info("median {} us, slowest {} us",
        nanos.get(CROWD / 2) / 1000, nanos.getLast() / 1000);
  }
}
