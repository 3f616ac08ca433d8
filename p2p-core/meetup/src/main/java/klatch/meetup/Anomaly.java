package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;

/**
 * An entry that is well signed and still says what its author had no right to say. It changes nothing in the view.
 *
 * @param sequence its place in the author's log on the topic
 * @param explanation one sentence with the values
 */
public record Anomaly(TopicId topic, DeviceId author, long sequence, EntryId entry, Reason reason,
    String explanation) {
  /** The rule that was broken. */
  public enum Reason {
    /** The payload is not a message of its type, or outside the bounds. */
    MALFORMED,
    /** The founding entry does not belong to this topic, or is not the first of its log. */
    WRONG_FOUNDING,
    /** Only the group's founder may say this. */
    NOT_THE_FOUNDER,
    /** Only a host may say this: of this event, or of the group. */
    NOT_A_HOST,
    /** It repeats what already stands. */
    REPEATED,
    /** It cites an entry that is not what it should be. */
    WRONG_CITATION,
    /** The seat ledger jumps, for example from declined to confirmed. */
    WRONG_ORDER,
    /** The seat ledger confirms more seats than there are, or the capacity is set below the seats taken. */
    OVERSOLD,
    /** An edit of what is part of the event's terms. */
    FIXED,
    /** A decision after the event was called off. */
    AFTER_CANCELLATION,
    /** A signature under an encounter is not its device's. */
    WRONG_SIGNATURE,
    /** The author is neither of the two devices of the encounter, or undoes what was not its own. */
    NOT_A_PARTY,
    /** Only a door of an event that goes by its doors lets people in by hand. */
    NOT_A_DOOR,
    /** The code that was answered names a nonce chain that its device's log does not bear out; the encounter counts. */
    WRONG_BEACON,
    /** The encounter's step lies outside the hours of check-in. */
    OUTSIDE_WINDOW
  }
}
