package klatch.meetup.checkin;

import klatch.log.DeviceId;
import klatch.meetup.EventId;
import klatch.meetup.SignedEncounter;

/** What came of a frame that this device's camera has read. */
public sealed interface Scan {
  /**
   * A code was answered. Show {@code frame} to the device whose code it was; nothing is written yet.
   *
   * @param other the device whose code it was
   * @param untilMillis from then on the other device does not take it
   */
  record Answered(EventId event, DeviceId other, AnswerFrame frame, long untilMillis) implements Scan {
  }

  /** An answer was good: the encounter is signed and stored here. Show {@code frame}, so that the other has it too. */
  record Signed(SignedEncounter encounter, ClosingFrame frame) implements Scan {
  }

  /** The exchange is over, and the encounter is stored here too. */
  record Done(SignedEncounter encounter) implements Scan {
  }

  /** No further encounter is needed: this one counts. Nothing was written. */
  record Already(SignedEncounter encounter) implements Scan {
  }

  /** Nothing was signed or written. */
  record Refused(CheckInRefusal refusal, String message) implements Scan {
  }
}
