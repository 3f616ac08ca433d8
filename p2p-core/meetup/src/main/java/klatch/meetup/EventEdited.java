package klatch.meetup;

/**
 * A host says anew what an event is like.
 *
 * @param version one more than that of the details it replaces: 2 for the first edit, at most {@link Limits#VERSIONS}
 */
public record EventEdited(EventId event, int version, EventDetails details) implements MeetupMessage {
  public EventEdited {
    Limits.within(version, EventVersion.FIRST + 1, Limits.VERSIONS, "version");
  }
}
