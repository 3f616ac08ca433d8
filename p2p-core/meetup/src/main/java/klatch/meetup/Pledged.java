package klatch.meetup;

/**
 * The author asks for seats: one, and one for each guest. No money is in it.
 *
 * @param version of the event's details that the author had before them
 * @param guests who come along, without a key of their own; 0 to {@link Limits#GUESTS}
 * @param answers an {@link Answers} sealed to the event's host; empty when that version asks nothing
 */
public record Pledged(EventId event, int version, int guests, ByteString answers) implements MeetupMessage {
  public Pledged {
    Limits.within(version, EventVersion.FIRST, Limits.VERSIONS, "version");
    Limits.within(guests, 0, Limits.GUESTS, "guests");
    Limits.within(answers.length(), 0, Limits.SEALED_ANSWERS_BYTES, "size of the sealed answers in bytes");
  }

  /** For the event as created, nobody comes along, nothing was asked. */
  public Pledged(EventId event) {
    this(event, EventVersion.FIRST, 0, ByteString.EMPTY);
  }

  /** The attendee's own and one for each guest. */
  public int seats() {
    return 1 + guests;
  }
}
