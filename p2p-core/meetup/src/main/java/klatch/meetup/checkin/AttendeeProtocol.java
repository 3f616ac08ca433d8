package klatch.meetup.checkin;

import java.util.Optional;
import klatch.log.DeviceId;
import klatch.meetup.Counterpart;
import klatch.meetup.Encounter;
import klatch.meetup.MeetupEvent;
import klatch.meetup.SignedEncounter;

/** What an attendee checks before answering a code and before believing the reply. Pure. */
final class AttendeeProtocol {
  private AttendeeProtocol() {}

  /**
   * What the answering device knows.
   *
   * @param counterpart about the device that shows the code, if the event is known
   * @param beaconBlocks how many blocks lie above the code's beacon on the chain this device knows, if it is there
   */
  record Known(DeviceId self, Optional<Counterpart> counterpart, Optional<Integer> beaconBlocks) {
  }

  /** @return why this code is not answered, or empty when it may be */
  static Optional<CheckInReply.Refused> check(DoorCode code, Known known, long nowMillis) {
    if (known.counterpart().isEmpty()) {
      return refused(CheckInRefusal.FOREIGN_EVENT, "no event " + code.event() + " is known here");
    }
    MeetupEvent event = known.counterpart().get().event();
    if (code.door().equals(known.self())) {
      return refused(CheckInRefusal.SELF, "this is your own code");
    }
    if (!DoorProtocol.mayMeet(event, known.self(), code.door())) {
      return refused(CheckInRefusal.FOREIGN_DOOR, "device " + code.door() + " is not a door of this event");
    }
    if (event.cancelled()) {
      return refused(CheckInRefusal.CANCELLED, "the event is called off");
    }
    if (event.doors().contains(known.self()) && !event.times().checkInOpenAt(nowMillis)) {
      return Optional.of(DoorProtocol.outsideWindow(event, nowMillis));
    }
    long age = nowMillis - Encounter.startMillis(code.epoch());
    if (Math.abs(age) > DoorProtocol.CODE_LIFE_MILLIS) {
      return refused(CheckInRefusal.STALE, "the code is " + age + " ms old, at most " + DoorProtocol.CODE_LIFE_MILLIS
          + " count; scan the one the door shows now");
    }
    if (known.beaconBlocks().filter(blocks -> blocks > Beacon.MOST_BLOCKS).isPresent()) {
      return refused(CheckInRefusal.BEACON, "the code's block is " + known.beaconBlocks().get()
          + " blocks old, at most " + Beacon.MOST_BLOCKS + " count");
    }
    return event.doors().contains(code.door())
        ? Optional.empty()
        : DoorProtocol.unseated(known.counterpart().get().seat());
  }

  /** @return the reply, or a refusal when the door's proof does not hold */
  static CheckInReply believe(Answer answer, CheckInReply reply) {
    return switch (reply) {
      case CheckInReply.CheckedIn(SignedEncounter signed) when !continues(answer, signed) -> wrong();
      case CheckInReply.AlreadyCheckedIn(SignedEncounter signed) when !proves(answer, signed) -> wrong();
      case CheckInReply.CheckedIn checkedIn -> checkedIn;
      case CheckInReply.AlreadyCheckedIn already -> already;
      case CheckInReply.Refused refused -> refused;
    };
  }

  private static boolean continues(Answer answer, SignedEncounter signed) {
    Encounter encounter = signed.encounter();
    DoorCode code = answer.code();
    return encounter.keyA().equals(code.door()) && encounter.nonceB().equals(answer.nonce())
        && encounter.epoch() == code.epoch() && encounter.beacon().equals(code.beacon())
        && Encounter.commitment(encounter.nonceA()).equals(code.commitment())
        && signed.signatureB().equals(answer.signature()) && proves(answer, signed);
  }

  private static boolean proves(Answer answer, SignedEncounter signed) {
    return signed.encounter().event().equals(answer.code().event()) && signed.encounter().has(answer.attendee())
        && signed.verified();
  }

  private static CheckInReply.Refused wrong() {
    return DoorProtocol.refused(CheckInRefusal.SIGNATURE, "the door's answer does not prove that it checked you in");
  }

  private static Optional<CheckInReply.Refused> refused(CheckInRefusal refusal, String message) {
    return Optional.of(DoorProtocol.refused(refusal, message));
  }
}
