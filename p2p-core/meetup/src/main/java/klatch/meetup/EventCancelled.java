package klatch.meetup;

/** The organiser calls the event off; there is no way back. */
public record EventCancelled(EventId event, String reason) implements MeetupMessage {
  public EventCancelled {
    Limits.text(reason, Limits.REASON_CHARS, "reason");
  }
}
