package klatch.meetup;

import klatch.log.EntryId;

/**
 * The event's host has seen seats come back and gives them away itself from now on.
 *
 * @param returned the {@link SeatsReturned} entry; each counts once
 */
public record SeatsReclaimed(EventId event, EntryId returned) implements MeetupMessage {
}
