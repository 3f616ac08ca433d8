package klatch.meetup;

import klatch.log.EntryId;

/**
 * The author no longer wants the seat asked for by {@code pledge}, an entry of the author's own log. A confirmed seat
 * stays taken until the organiser's ledger releases it.
 */
public record PledgeWithdrawn(EventId event, EntryId pledge) implements MeetupMessage {
}
