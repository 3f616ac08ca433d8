package klatch.meetup.checkin;

import klatch.meetup.SignedEncounter;

/** What came of an answer at the door. */
public sealed interface CheckInReply {
  /** Longest explanation sent or read. */
  int MESSAGE_CHARS = 300;

  /** Both have signed, and the door has stored it. */
  record CheckedIn(SignedEncounter encounter) implements CheckInReply {
  }

  /** This attendee was checked in before; that encounter counts, no other was made. */
  record AlreadyCheckedIn(SignedEncounter encounter) implements CheckInReply {
  }

  /** Nothing was signed or written. */
  record Refused(CheckInRefusal refusal, String message) implements CheckInReply {
    public Refused {
      message = message.length() <= MESSAGE_CHARS ? message : message.substring(0, MESSAGE_CHARS);
    }
  }
}
