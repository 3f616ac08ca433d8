package klatch.meetup;

/** The author asks for a seat for themselves; no money is in it. */
public record Pledged(EventId event) implements MeetupMessage {
}
