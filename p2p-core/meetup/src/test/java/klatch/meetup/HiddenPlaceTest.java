package klatch.meetup;

import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import klatch.log.Arrival;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A place that only those with a seat are told. */
final class HiddenPlaceTest {
  private final TestClock clock = new TestClock(T0);
  private final Node host = new Node(1, clock);
  private final Node ann = new Node(2, clock);
  private final Node bob = new Node(3, clock);
  private final TopicId topic = host.meetup.createGroup("Chess", "");
  private final EventId event = host.meetup.createEvent(topic, Scribe.event(1)).orThrow();

  @AfterEach
  void close() {
    List.of(host, ann, bob).forEach(Node::close);
  }

  private void tell(String place) {
    host.meetup.hosting().setPlace(event, place).orThrow();
  }

  private void pledge(Node person) {
    person.copyFrom(host);
    person.meetup.pledge(event).orThrow();
    host.copyFrom(person);
  }

  private void awaitTold(Node person, String place) {
    await().untilAsserted(() -> {
      person.copyFrom(host);
      assertThat(person.meetup.hosting().place(event)).contains(place);
    });
  }

  @Test
  void whoGetsASeatIsToldAndWhoWaitsIsNot() {
    tell("Lindenstr. 7, ring at Köhler");
    pledge(ann);
    awaitTold(ann, "Lindenstr. 7, ring at Köhler");
    pledge(bob);
    await().until(() -> host.meetup.seats(event).of(bob.device).map(Seat::status),
        Optional.of(Seat.Status.WAITLISTED)::equals);
    bob.copyFrom(host);
    assertThat(bob.meetup.hosting().hidesPlace(event)).isTrue();
    assertThat(bob.meetup.hosting().place(event)).isEmpty();
    assertThat(host.meetup.hosting().place(event)).contains("Lindenstr. 7, ring at Köhler");

    host.meetup.editEvent(event, UnaryOperator.identity(), OptionalInt.of(2)).orThrow();
    awaitTold(bob, "Lindenstr. 7, ring at Köhler");
    assertThat(host.meetup.anomalies(topic)).isEmpty();
  }

  @Test
  void aNewPlaceIsToldAnewAndThePlaceIsInNobodysEntries() {
    tell("Lindenstr. 7");
    pledge(ann);
    awaitTold(ann, "Lindenstr. 7");
    tell("Ahornweg 2");
    awaitTold(ann, "Ahornweg 2");
    assertThat(host.store.arrivals(0, 1000)).extracting(Arrival::entry).noneMatch(
        entry -> new String(entry.payload(), StandardCharsets.UTF_8).matches("(?s).*(Lindenstr|Ahornweg).*"));
  }

  @Test
  void nobodyButTheHostSaysWhereItIs() {
    ann.copyFrom(host);
    assertThat(ann.meetup.hosting().setPlace(event, "My place"))
        .isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.refusal())
            .isEqualTo(Refusal.NOT_THE_ORGANISER));
    Scribe mallory = new Scribe(9);
    mallory.write(topic, PlaceSealed.of(event, mallory.device, "Mine"));
    mallory.write(topic, PlaceSealed.of(event, ann.device, "Mine"));
    host.store.ingest(mallory.entries);
    ann.copyFrom(host);
    assertThat(ann.meetup.hosting().hidesPlace(event)).isFalse();
    assertThat(ann.meetup.hosting().place(event)).isEmpty();
    assertThat(host.meetup.anomalies(topic)).extracting(Anomaly::reason).containsExactly(Anomaly.Reason.NOT_A_HOST,
        Anomaly.Reason.NOT_A_HOST);
  }

  /** Its key has a small order, so that a box to it could be opened by everybody. */
  @Test
  void aKeyThatNothingCanBeSealedToStopsNobody() {
    byte[] identity = new byte[32];
    identity[0] = 1;
    assertThat(SealedBox.canSealTo(new DeviceId(identity))).isFalse();
    assertThat(SealedBox.canSealTo(ann.device)).isTrue();
  }
}
