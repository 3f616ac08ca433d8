package klatch.meetup;

/**
 * A guest without a node takes their key to a node of their own. Their first of these counts: after it no host's node
 * writes anything for this key any more, so that its log has one writer again.
 */
public record KeyMoved() implements MeetupMessage {
}
