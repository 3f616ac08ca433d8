package klatch.meetup.guest;

/** What a guest wants to do, and has to sign. */
public sealed interface GuestWish {
  /** To be called so. */
  record Name(String nickname) implements GuestWish {}

  /** To have a seat. */
  record Seat() implements GuestWish {}

  /** To give the seat back. */
  record GiveBack() implements GuestWish {}

  /**
   * To be checked in.
   *
   * @param frame what the guest's camera has read at the door
   */
  record ComeIn(String frame) implements GuestWish {}
}
