package klatch.meetup.guest;

import java.util.List;
import klatch.meetup.ByteString;

/** What a guest wants to do, and has to sign. */
public sealed interface GuestWish {
  /** To be called so. */
  record Name(String nickname) implements GuestWish {}

  /**
   * To have a seat.
   *
   * @param guests  who come along
   * @param answers one for each question of the event
   */
  record Seat(int guests, List<String> answers) implements GuestWish {
    public Seat {
      answers = List.copyOf(answers);
    }
  }

  /** To give the seat back. */
  record GiveBack() implements GuestWish {}

  /** To take the key to a node; this desk writes nothing for it any more. */
  record Move() implements GuestWish {}

  /**
   * To be checked in.
   *
   * @param frame what the guest's camera has read at the door
   */
  record ComeIn(String frame) implements GuestWish {}

  /**
   * To say what another module has written down for them.
   *
   * @param payloadType of no meetup message
   */
  record Statement(String payloadType, ByteString payload) implements GuestWish {}
}
