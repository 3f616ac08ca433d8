package klatch.meetup;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import klatch.log.DeviceId;

/** What this node refuses its own person before it writes anything. Empty is: go ahead. */
final class EventRules {
  private EventRules() {}

  static <T> Optional<Outcome<T>> timing(EventTimes times, long nowMillis) {
    if (times.endsAtMillis() <= nowMillis) {
      return refused(Refusal.TOO_LATE, "the event would be over: it ends at " + times.endsAtMillis() + " and it is "
          + nowMillis + " (milliseconds since 1970)");
    }
    if (!zoneExists(times.zone())) {
      return refused(Refusal.UNKNOWN_ZONE, "no time zone is called \"" + times.zone() + "\"");
    }
    return Optional.empty();
  }

  private static boolean zoneExists(String zone) {
    try {
      ZoneId.of(zone);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  static <T> Optional<Outcome<T>> editing(MeetupEvent event, boolean mayHost, EventDetails edited, long nowMillis) {
    if (!mayHost) {
      return refused(Refusal.NOT_THE_ORGANISER, "only the group's hosts can edit this event");
    }
    if (event.cancelled()) {
      return refused(Refusal.CANCELLED, "the event is called off");
    }
    if (event.times().endsAtMillis() <= nowMillis) {
      return refused(Refusal.TOO_LATE, "the event is over: it ended at " + event.times().endsAtMillis());
    }
    if (event.version().number() == Limits.VERSIONS) {
      return refused(Refusal.TOO_LATE, "an event has at most " + Limits.VERSIONS + " versions");
    }
    boolean moved = !edited.times().equals(event.times());
    if (VersionFold.fixed(event.created(), edited)) {
      return refused(Refusal.TERMS_FIXED, "the deposits hang on this event's times, so they stay as they are; cancel"
          + " it, which gives every deposit back, and announce a new one");
    }
    if (moved && nowMillis >= event.times().checkInOpensAtMillis()) {
      return refused(Refusal.TOO_LATE,
          "people are checking in already: check-in opened at " + event.times().checkInOpensAtMillis());
    }
    return moved ? timing(edited.times(), nowMillis) : Optional.empty();
  }

  static <T> Optional<Outcome<T>> resizing(MeetupEvent event, DeviceId by, SeatLedger.Open open, int capacity) {
    if (capacity == event.capacity()) {
      return Optional.empty();
    }
    if (!event.host().equals(by)) {
      return refused(Refusal.NOT_THE_ORGANISER, "only " + event.host() + " sets the capacity of this event");
    }
    int gone = event.capacity() - open.free();
    return capacity >= gone
        ? Optional.empty()
        : refused(Refusal.SEATS_TAKEN,
            gone + " seats are taken or handed out, so the capacity cannot be " + capacity);
  }

  static <T> Optional<Outcome<T>> pledging(MeetupEvent event, int guests, List<String> answers, long nowMillis) {
    EventDetails details = event.details();
    if (event.cancelled()) {
      return refused(Refusal.CANCELLED, "the event is called off");
    }
    if (nowMillis >= event.times().checkInClosesAtMillis()) {
      return refused(Refusal.TOO_LATE, "check-in closed at " + event.times().checkInClosesAtMillis() + ", it is "
          + nowMillis + " (milliseconds since 1970)");
    }
    if (details.rsvpClosedAt(nowMillis)) {
      return refused(Refusal.TOO_LATE, "RSVPs closed at " + details.rsvpClosesAtMillis() + ", it is " + nowMillis
          + " (milliseconds since 1970)");
    }
    if (guests < 0 || guests > details.guestsPerPledge()) {
      return refused(Refusal.TOO_MANY_GUESTS,
          "an RSVP for this event may bring 0 to " + details.guestsPerPledge() + " guests, not " + guests);
    }
    if (answers.size() != details.questions().size()) {
      return refused(Refusal.UNANSWERED, "the host asks " + details.questions().size() + " questions, there are "
          + answers.size() + " answers; an answer may be empty");
    }
    return Optional.empty();
  }

  private static <T> Optional<Outcome<T>> refused(Refusal refusal, String message) {
    return Optional.of(Outcome.refused(refusal, message));
  }
}
