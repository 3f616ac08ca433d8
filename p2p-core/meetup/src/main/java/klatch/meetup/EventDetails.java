package klatch.meetup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an event is like: the part of it that a host may edit, always said as a whole.
 *
 * @param place where it is, in words
 * @param rsvpClosesAtMillis a pledge signed at this moment or later gets no seat; null when there is no cut-off
 * @param guestsPerPledge how many guests one pledge may bring, 0 to {@link Limits#GUESTS}
 * @param questions what the host asks each attendee, at most {@link Limits#QUESTIONS}
 */
public record EventDetails(String title, String description, String place, EventTimes times,
    @Nullable Long rsvpClosesAtMillis, int guestsPerPledge, List<String> questions) {
  public EventDetails {
    Limits.line(title, 1, Limits.TITLE_CHARS, "event title");
    Limits.text(description, Limits.DESCRIPTION_CHARS, "event description");
    Limits.line(place, 0, Limits.PLACE_CHARS, "place");
    if (rsvpClosesAtMillis != null) {
      Limits.within(rsvpClosesAtMillis, Limits.EARLIEST_MILLIS, times.checkInClosesAtMillis(),
          "the RSVP cut-off (milliseconds since 1970)");
    }
    Limits.within(guestsPerPledge, 0, Limits.GUESTS, "guests per pledge");
    questions = List.copyOf(questions);
    Limits.within(questions.size(), 0, Limits.QUESTIONS, "number of questions");
    questions.forEach(question -> Limits.line(question, 1, Limits.QUESTION_CHARS, "question"));
  }

  /** No cut-off, no guests, no questions. */
  public EventDetails(String title, String description, String place, EventTimes times) {
    this(title, description, place, times, null, 0, List.of());
  }

  /** Whether a pledge signed at {@code millis} comes after the cut-off. */
  public boolean rsvpClosedAt(long millis) {
    Long closes = rsvpClosesAtMillis;
    return closes != null && millis >= closes;
  }
}
