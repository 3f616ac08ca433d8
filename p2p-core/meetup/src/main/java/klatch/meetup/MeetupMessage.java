package klatch.meetup;

/** What a member's log can say about a group (docs/spec/meetup-messages.md). Constructors check every bound. */
public sealed interface MeetupMessage
    permits GroupCreated, MemberProfile, EventCreated, EventEdited, EventCancelled, CapacitySet, Pledged,
    PledgeWithdrawn, SeatDecision,
    SignedEncounter, CheckInUndone {
}
