package klatch.meetup;

/**
 * Whoever shows the secret behind this to a host's node is let into the group. The newest ticket of a host counts, so a new
 * one ends the one before.
 *
 * @param ticket {@link PrivateGroups#ticket of the secret}, 32 bytes
 * @param uses how many people it lets in, 1 to {@link Limits#TICKET_USES}
 * @param expiresAtMillis from this moment on it lets nobody in
 */
public record TicketMade(ByteString ticket, int uses, long expiresAtMillis) implements MeetupMessage {
  public TicketMade {
    Limits.length(ticket, Limits.HASH_BYTES, "ticket");
    Limits.within(uses, 1, Limits.TICKET_USES, "uses of a ticket");
    Limits.time(expiresAtMillis, "end of the ticket");
  }
}
