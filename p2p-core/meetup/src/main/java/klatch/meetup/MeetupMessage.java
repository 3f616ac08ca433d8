package klatch.meetup;

/** What a member's log can say about a group (docs/spec/meetup-messages.md). Constructors check every bound. */
public sealed interface MeetupMessage
    permits GroupCreated, CoHostGranted, CoHostRevoked, MemberProfile, KeyMoved, PictureAdded, GroupsShown, TicketMade,
    MemberAdmitted, MemberRemoved, EventCreated, EventEdited, EventCancelled,
    DoorsAdded, PlaceSealed, CoverSet, CapacitySet, SeatsDelegated, SeatsReturned, SeatsReclaimed, Pledged,
    PledgeWithdrawn,
    SeatDecision, SignedEncounter, CheckedInByHand, CheckInUndone {
}
