package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import klatch.log.EntryId;
import klatch.log.LogStore;
import klatch.log.StoreException;
import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MeetupTest {
  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final Node bob = new Node(3, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");

  @AfterEach
  void close() {
    List.of(host, ann, bob).forEach(Node::close);
  }

  private EventId announce(int capacity) {
    EventId id = host.meetup.createEvent(topic, Scribe.event(capacity)).orThrow();
    ann.copyFrom(host);
    bob.copyFrom(host);
    return id;
  }

  private static Refusal refusal(Outcome<?> outcome) {
    return ((Outcome.Refused<?>) outcome).refusal();
  }

  private void awaitStatus(EventId event, Node attendee, Seat.Status status) {
    await().until(() -> host.meetup.seats(event).of(attendee.device).map(Seat::status), Optional.of(status)::equals);
  }

  @Test
  void aPledgeGetsASeatAndTheNextOneWaitsForIt() {
    EventId event = announce(1);
    ann.meetup.joinGroup(topic, "Ann");
    ann.meetup.pledge(event).orThrow();
    host.copyFrom(ann);
    awaitStatus(event, ann, Seat.Status.CONFIRMED);
    bob.meetup.pledge(event).orThrow();
    host.copyFrom(bob);
    awaitStatus(event, bob, Seat.Status.WAITLISTED);

    ann.copyFrom(host);
    assertThat(ann.meetup.seats(event).confirmed()).containsExactly(ann.device);
    ann.meetup.withdraw(event).orThrow();
    host.copyFrom(ann);
    awaitStatus(event, bob, Seat.Status.CONFIRMED);
    assertThat(host.meetup.attendees(event)).extracting(Attendee::nickname)
        .containsExactlyInAnyOrder(Optional.of("Ann"), Optional.empty());
    assertThat(host.meetup.anomalies(topic)).isEmpty();
  }

  @Test
  void theLedgerGoesOnAfterARestartAndDecidesNothingTwice() {
    EventId event = announce(1);
    ann.meetup.pledge(event).orThrow();
    host.copyFrom(ann);
    awaitStatus(event, ann, Seat.Status.CONFIRMED);
    host.meetup.close();
    long written = host.store.lastPosition();
    bob.meetup.pledge(event).orThrow();
    host.copyFrom(bob);
    host.restart();
    awaitStatus(event, bob, Seat.Status.WAITLISTED);
    host.restart();
    Set<TopicId> heard = awaitChange(host, () -> ann.meetup.joinGroup(topic, "Ann"));
    assertThat(heard).containsExactly(topic);
    assertThat(host.store.lastPosition()).as("one pledge, one decision, one profile").isEqualTo(written + 3);
  }

  /** Waits until {@code listening} has dealt with what {@code ann} has just said. */
  private Set<TopicId> awaitChange(Node listening, Runnable act) {
    act.run();
    List<Set<TopicId>> heard = new CopyOnWriteArrayList<>();
    try (LogStore.Subscription subscription = listening.meetup.onChange(heard::add)) {
      assertThat(subscription).isNotNull();
      listening.copyFrom(ann);
      await().until(() -> !heard.isEmpty() && listening.meetup.nicknames(topic).containsKey(ann.device));
    }
    return heard.getLast();
  }

  @Test
  void aStoreThatFailsForAWhileLosesNoDecision() {
    EventId event = announce(2);
    FailingStore failing = new FailingStore(host.store);
    host.meetup.close();
    try (Meetup onFailing = new Meetup(failing, host.key, clock)) {
      assertThat(onFailing.events()).hasSize(1);
      failing.failing.set(true);
      ann.meetup.pledge(event).orThrow();
      host.copyFrom(ann);
      await().until(() -> failing.failures.get() > 1);
      assertThatThrownBy(() -> onFailing.seats(event)).isInstanceOf(StoreException.class);
      failing.failing.set(false);
      await().until(() -> onFailing.seats(event).confirmed().contains(ann.device));
    }
  }

  @Test
  void aDecisionThatWasStoredAlthoughTheStoreFailedIsNotMadeAgain() {
    EventId event = announce(2);
    FailingStore failing = new FailingStore(host.store);
    host.meetup.close();
    long before = host.store.lastPosition();
    failing.failAfterAppend.set(true);
    try (Meetup onFailing = new Meetup(failing, host.key, clock)) {
      ann.meetup.pledge(event).orThrow();
      host.copyFrom(ann);
      await().until(() -> failing.failures.get() == 1
          && onFailing.seats(event).confirmed().contains(ann.device));
      bob.meetup.pledge(event).orThrow();
      host.copyFrom(bob);
      await().until(() -> onFailing.seats(event).confirmed().size() == 2);
    }
    assertThat(host.store.lastPosition()).as("two pledges and two decisions").isEqualTo(before + 4);
  }

  @Test
  void whatAForkedLogSaidFromTheForkOnDoesNotCount() {
    EventId event = announce(2);
    Scribe one = new Scribe(2);
    Scribe other = new Scribe(2);
    one.write(topic, new Pledged(event));
    other.write(topic, new MemberProfile("another past"));
    host.store.ingest(one.entries);
    awaitStatus(event, ann, Seat.Status.CONFIRMED);
    host.store.ingest(other.entries);
    await().until(() -> host.meetup.seats(event).all().isEmpty());
    assertThat(host.meetup.seats(event).taken()).as("the ledger's decision stands").isEqualTo(1);
    assertThat(host.meetup.event(event)).isPresent();
  }

  @Test
  void twoClicksPledgeOnce() throws InterruptedException {
    EventId event = announce(2);
    List<Outcome<EntryId>> outcomes = new CopyOnWriteArrayList<>();
    List<Thread> clicks = Stream.generate(() -> Thread.startVirtualThread(() -> outcomes.add(ann.meetup.pledge(event))))
        .limit(8).toList();
    for (Thread click : clicks) {
      click.join();
    }
    assertThat(outcomes).hasSize(8).filteredOn(Outcome.Done.class::isInstance).hasSize(1);
    assertThat(ann.store.lastPosition()).as("group, event and one pledge").isEqualTo(3);
  }

  @Test
  void aFailingListenerHarmsNobody() {
    EventId event = announce(1);
    try (LogStore.Subscription broken = host.meetup.onChange(topics -> {
      throw new IllegalStateException("a listener of this test that fails");
    })) {
      assertThat(broken).isNotNull();
      ann.meetup.pledge(event).orThrow();
      host.copyFrom(ann);
      awaitStatus(event, ann, Seat.Status.CONFIRMED);
    }
  }

  @Test
  void anotherOnesGroupAndEventAreNotOursToChange() {
    EventId event = announce(1);
    assertThat(refusal(ann.meetup.createEvent(topic, Scribe.event(1)))).isEqualTo(Refusal.NOT_THE_ORGANISER);
    assertThat(refusal(ann.meetup.cancelEvent(event, ""))).isEqualTo(Refusal.NOT_THE_ORGANISER);
    assertThat(ann.store.heights(topic)).doesNotContainKey(ann.device);
  }

  @Test
  void whatIsNotKnownIsRefusedByName() {
    TopicId nowhere = new TopicId(new byte[32]);
    EventId never = EventId.of(new byte[32]);
    assertThat(refusal(ann.meetup.createEvent(nowhere, Scribe.event(1)))).isEqualTo(Refusal.UNKNOWN_GROUP);
    assertThat(refusal(ann.meetup.pledge(never))).isEqualTo(Refusal.UNKNOWN_EVENT);
    assertThat(refusal(ann.meetup.withdraw(never))).isEqualTo(Refusal.UNKNOWN_EVENT);
    assertThat(refusal(ann.meetup.cancelEvent(never, ""))).isEqualTo(Refusal.UNKNOWN_EVENT);
    assertThatThrownBy(() -> ann.meetup.seats(never)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(never.toString());
    assertThatThrownBy(() -> ann.meetup.pledge(never).orThrow()).isInstanceOfSatisfying(RefusedException.class,
        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNKNOWN_EVENT));
  }

  @Test
  void pledgesAreRefusedTwiceTooLateAndAfterACancellation() {
    EventId event = announce(1);
    ann.meetup.pledge(event).orThrow();
    assertThat(refusal(ann.meetup.pledge(event))).isEqualTo(Refusal.ALREADY_PLEDGED);
    assertThat(refusal(bob.meetup.withdraw(event))).isEqualTo(Refusal.NOT_PLEDGED);
    clock.set(T0 + HOUR);
    assertThat(refusal(ann.meetup.withdraw(event))).as("check-in is open").isEqualTo(Refusal.TOO_LATE);
    clock.set(T0 + 3 * HOUR);
    assertThat(refusal(bob.meetup.pledge(event))).isEqualTo(Refusal.TOO_LATE);
    assertThat(host.meetup.cancelEvent(event, "rain").orThrow()).isEqualTo(event);
    assertThat(refusal(host.meetup.cancelEvent(event, "rain"))).isEqualTo(Refusal.CANCELLED);
    assertThat(refusal(host.meetup.pledge(event))).isEqualTo(Refusal.CANCELLED);
    assertThat(bob.store.heights(topic)).doesNotContainKey(bob.device);
  }

  @Test
  void anEventNeedsATimeZoneThatExistsAndAnEndInTheFuture() {
    EventCreated good = Scribe.event(1);
    EventTimes times = good.times();
    EventCreated nowhere = new EventCreated("Nowhere", "", "",
        new EventTimes("Atlantis/Centre", times.startsAtMillis(), times.endsAtMillis(), times.checkInOpensAtMillis(),
            times.checkInClosesAtMillis()),
        1, List.of(), PresenceRule.DOOR, ByteString.EMPTY);
    assertThat(refusal(host.meetup.createEvent(topic, nowhere))).isEqualTo(Refusal.UNKNOWN_ZONE);
    clock.set(times.endsAtMillis());
    assertThat(refusal(host.meetup.createEvent(topic, good))).isEqualTo(Refusal.TOO_LATE);
    assertThat(host.meetup.events()).isEmpty();
  }

  @Test
  void onlyAnEncounterOfOursIsRecordedAndOnlyOnce() {
    EventId event = announce(1);
    Scribe hostScribe = new Scribe(1);
    SignedEncounter withAnn = hostScribe.meet(event, new Scribe(2), T0 + HOUR);
    assertThat(ann.meetup.record(withAnn)).isTrue();
    assertThat(ann.meetup.record(withAnn)).isFalse();
    assertThat(ann.meetup.presence(event).isPresent(ann.device)).isTrue();
    assertThatThrownBy(() -> bob.meetup.record(withAnn)).isInstanceOf(IllegalArgumentException.class);
    SignedEncounter forged = new SignedEncounter(withAnn.encounter(), withAnn.signatureB(), withAnn.signatureB());
    assertThatThrownBy(() -> host.meetup.record(forged)).isInstanceOf(IllegalArgumentException.class);
  }

  private static UnaryOperator<EventDetails> titled(String title) {
    return old -> new EventDetails(title, old.description(), old.place(), old.times(), old.rsvpClosesAtMillis(),
        old.guestsPerPledge(), old.questions());
  }

  @Test
  void whoPledgedBeforeAnEditSeesWhatChangedAndALaterPledgeDoesNot() {
    EventId event = announce(5);
    ann.meetup.pledge(event).orThrow();
    assertThat(host.meetup.editEvent(event, titled("Autumn games"), OptionalInt.empty()).orThrow()).isEqualTo(2);
    assertThat(host.meetup.editEvent(event, titled("Autumn games"), OptionalInt.of(5)).orThrow())
        .as("nothing changed, nothing written").isEqualTo(2);
    ann.copyFrom(host);
    bob.copyFrom(host);
    bob.meetup.pledge(event).orThrow();
    MeetupEvent edited = ann.meetup.event(event).orElseThrow();
    int seenByAnn = ann.meetup.seats(event).of(ann.device).orElseThrow().seenVersion();
    assertThat(edited.changesSince(seenByAnn))
        .containsExactly(new EventChange(EventChange.Field.TITLE, "Spring games", "Autumn games"));
    int seenByBob = bob.meetup.seats(event).of(bob.device).orElseThrow().seenVersion();
    assertThat(edited.changesSince(seenByBob)).isEmpty();
  }

  @Test
  void aLargerRoomServesTheWaitlistAtOnce() {
    EventId event = announce(1);
    ann.meetup.pledge(event).orThrow();
    bob.meetup.pledge(event).orThrow();
    host.copyFrom(ann);
    awaitStatus(event, ann, Seat.Status.CONFIRMED);
    host.copyFrom(bob);
    awaitStatus(event, bob, Seat.Status.WAITLISTED);
    host.meetup.editEvent(event, UnaryOperator.identity(), OptionalInt.of(2)).orThrow();
    awaitStatus(event, bob, Seat.Status.CONFIRMED);
    assertThat(refusal(host.meetup.editEvent(event, UnaryOperator.identity(), OptionalInt.of(1))))
        .isEqualTo(Refusal.SEATS_TAKEN);
  }

  @Test
  void whatMayNotBeEditedIsRefusedAndNothingIsWritten() {
    EventId event = announce(1);
    EventCreated plain = Scribe.event(1);
    EventId withTerms = host.meetup.createEvent(topic, new EventCreated(plain.details(), 1, List.of(),
        PresenceRule.DOOR, ByteString.zeros(3))).orThrow();
    long written = host.store.lastPosition();
    UnaryOperator<EventDetails> later = old -> new EventDetails(old.title(), "", "", later(old.times()));
    assertThat(refusal(ann.meetup.editEvent(event, titled("Mine"), OptionalInt.empty())))
        .isEqualTo(Refusal.NOT_THE_ORGANISER);
    assertThat(refusal(host.meetup.editEvent(withTerms, later, OptionalInt.empty()))).isEqualTo(Refusal.TERMS_FIXED);
    clock.set(T0 + HOUR);
    assertThat(refusal(host.meetup.editEvent(event, later, OptionalInt.empty()))).as("check-in is open")
        .isEqualTo(Refusal.TOO_LATE);
    clock.set(T0 + 3 * HOUR);
    assertThat(refusal(host.meetup.editEvent(event, titled("Over"), OptionalInt.empty())))
        .isEqualTo(Refusal.TOO_LATE);
    assertThat(host.store.lastPosition()).isEqualTo(written);
  }

  private static EventTimes later(EventTimes times) {
    return new EventTimes(times.zone(), times.startsAtMillis() + HOUR, times.endsAtMillis() + HOUR,
        times.checkInOpensAtMillis() + HOUR, times.checkInClosesAtMillis() + HOUR);
  }

  @Test
  void answersReachTheHostAndNobodyElse() {
    EventCreated plain = Scribe.event(4);
    EventDetails asking = new EventDetails("Asking", "", "", plain.times(), T0 + HOUR / 4, 2,
        List.of("Vegetarian?", "Whose friend are you?"));
    EventId event = host.meetup
        .createEvent(topic, new EventCreated(asking, 4, List.of(), PresenceRule.DOOR, ByteString.EMPTY)).orThrow();
    ann.copyFrom(host);
    bob.copyFrom(host);
    assertThat(refusal(ann.meetup.pledge(event))).isEqualTo(Refusal.UNANSWERED);
    assertThat(refusal(ann.meetup.pledge(event, 3, List.of("Yes", "")))).isEqualTo(Refusal.TOO_MANY_GUESTS);
    ann.meetup.pledge(event, 2, List.of("Yes", "")).orThrow();
    host.copyFrom(ann);
    bob.copyFrom(ann);
    awaitStatus(event, ann, Seat.Status.CONFIRMED);
    assertThat(host.meetup.seats(event).taken()).isEqualTo(3);
    assertThat(host.meetup.answers(event)).containsOnly(Map.entry(ann.device, List.of("Yes", "")));
    assertThat(bob.meetup.answers(event)).isEmpty();
    assertThat(ann.meetup.answers(event)).isEmpty();
    clock.set(T0 + HOUR / 4);
    assertThat(refusal(bob.meetup.pledge(event, 0, List.of("", "")))).as("the cut-off").isEqualTo(Refusal.TOO_LATE);
  }

  /** Somebody's node that does not keep to the cut-off. */
  @Test
  void theLedgerDeclinesWhatWasSignedAfterTheCutOffAndTooManyGuests() {
    EventCreated plain = Scribe.event(4);
    EventDetails closing = new EventDetails("Closing", "", "", plain.times(), T0, 0, List.of());
    EventId event = host.meetup
        .createEvent(topic, new EventCreated(closing, 4, List.of(), PresenceRule.DOOR, ByteString.EMPTY)).orThrow();
    Scribe late = new Scribe(7);
    Scribe early = new Scribe(8);
    Scribe many = new Scribe(9);
    Pledged alone = new Pledged(event);
    Pledged party = new Pledged(event, 1, 1, ByteString.EMPTY);
    host.store.ingest(List.of(late.write(topic, MessageCodec.type(alone), MessageCodec.encode(alone), T0),
        early.write(topic, MessageCodec.type(alone), MessageCodec.encode(alone), T0 - 1),
        many.write(topic, MessageCodec.type(party), MessageCodec.encode(party), T0 - 1)));
    await().untilAsserted(() -> {
      Seats seats = host.meetup.seats(event);
      assertThat(seats.of(late.device).orElseThrow().status()).isEqualTo(Seat.Status.DECLINED);
      assertThat(seats.of(early.device).orElseThrow().status()).isEqualTo(Seat.Status.CONFIRMED);
      assertThat(seats.of(many.device).orElseThrow().status()).isEqualTo(Seat.Status.DECLINED);
    });
  }
}
