package klatch.meetup;

import klatch.log.DeviceId;

/**
 * A host lets somebody into a private group: from now on members' nodes give its entries to theirs.
 *
 * @param ticket the ticket that they came with
 */
public record MemberAdmitted(DeviceId person, ByteString ticket) implements MeetupMessage {
  public MemberAdmitted {
    Limits.length(ticket, Limits.HASH_BYTES, "ticket");
  }
}
