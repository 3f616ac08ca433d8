package klatch.meetup;

/** How a member wants to be called in this group; the member's newest one counts. */
public record MemberProfile(String nickname) implements MeetupMessage {
  public MemberProfile {
    Limits.line(nickname, 1, Limits.NICKNAME_CHARS, "nickname");
  }
}
