package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.MINUTE;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The event starts an hour after T0, and its door opens half an hour before. */
final class ReminderTest {
  private static MeetupEvent event(@Nullable Long rsvpCloses, Optional<String> cancellation) {
    EventDetails details = new EventDetails("Chess", "", "", Scribe.event(1).times(), rsvpCloses, 0, List.of());
    return new MeetupEvent(EventId.of(new byte[32]), new TopicId(new byte[32]), new Scribe(1).device,
        new EventCreated(details, 5, List.of(), PresenceRule.DOOR, ByteString.EMPTY), T0, cancellation);
  }

  private static Optional<Seat> seat(Seat.Status status, boolean leaving) {
    return Optional.of(new Seat(new Scribe(2).device, new EntryId(new byte[32]), T0, status, leaving));
  }

  private static List<Reminder.Kind> due(MeetupEvent event, Optional<Seat> seat, long millis) {
    return Reminder.of(event, seat, false).stream().filter(reminder -> reminder.isDueAt(millis)).map(Reminder::kind)
        .toList();
  }

  @Test
  void whoHasASeatIsRemindedADayBeforeSoonBeforeAndAtTheOpenDoor() {
    MeetupEvent event = event(null, Optional.empty());
    Optional<Seat> seat = seat(Seat.Status.CONFIRMED, false);
    long start = T0 + HOUR;
    assertThat(due(event, seat, start - 24 * HOUR - 1)).isEmpty();
    assertThat(due(event, seat, start - 24 * HOUR)).containsExactly(Reminder.Kind.STARTS_WITHIN_A_DAY);
    assertThat(due(event, seat, start - 2 * HOUR - 1)).containsExactly(Reminder.Kind.STARTS_WITHIN_A_DAY);
    assertThat(due(event, seat, start - 2 * HOUR)).containsExactly(Reminder.Kind.STARTS_SOON);
    assertThat(due(event, seat, start - 30 * MINUTE)).containsExactly(Reminder.Kind.STARTS_SOON,
        Reminder.Kind.CHECK_IN_OPEN);
    assertThat(due(event, seat, start)).containsExactly(Reminder.Kind.CHECK_IN_OPEN);
    assertThat(due(event, seat, start + 2 * HOUR)).isEmpty();
    assertThat(Reminder.of(event, seat, true)).as("is there already").isEmpty();
  }

  @Test
  void whoHasNotAskedYetIsRemindedBeforeRsvpsClose() {
    MeetupEvent event = event(T0, Optional.empty());
    assertThat(due(event, Optional.empty(), T0 - 24 * HOUR - 1)).isEmpty();
    assertThat(due(event, Optional.empty(), T0 - 24 * HOUR)).containsExactly(Reminder.Kind.RSVP_CLOSES);
    assertThat(due(event, seat(Seat.Status.WITHDRAWN, false), T0 - 1)).containsExactly(Reminder.Kind.RSVP_CLOSES);
    assertThat(due(event, Optional.empty(), T0)).isEmpty();
    assertThat(due(event, seat(Seat.Status.WAITLISTED, false), T0 - 1)).isEmpty();
  }

  @Test
  void ofACancelledEventAndOfASeatGivenBackNothingIsSaid() {
    assertThat(Reminder.of(event(T0, Optional.of("rain")), seat(Seat.Status.CONFIRMED, false), false)).isEmpty();
    assertThat(Reminder.of(event(null, Optional.empty()), seat(Seat.Status.CONFIRMED, true), false)).isEmpty();
    assertThat(Reminder.of(event(null, Optional.empty()), Optional.empty(), false)).isEmpty();
  }
}
