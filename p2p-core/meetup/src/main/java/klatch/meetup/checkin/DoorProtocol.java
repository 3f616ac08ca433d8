package klatch.meetup.checkin;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import klatch.log.DeviceId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Seat;
import klatch.meetup.SignedEncounter;

/**
 * What a door knows and decides, without clock, randomness, key or store: each step takes a state and gives the next.
 * Immutable.
 */
record DoorProtocol(DeviceId door, List<Shown> shown) {
  /** A code counts for this long from the start of its step, so that a photo of it is soon worthless. */
  static final long CODE_LIFE_MILLIS = 15_000;
  /** An answer on a screen counts for this long from the start of its own step. */
  static final long ANSWER_LIFE_MILLIS = 15_000;
  /** How far the attendee's step may be from the code's. */
  static final long EPOCHS_APART = CODE_LIFE_MILLIS / Encounter.STEP_MILLIS;

  /** How an answer came back, which says how old its code may be by then. */
  enum Way {
    /** At once, by a stream. */
    STREAM(CODE_LIFE_MILLIS),
    /** Through a screen and a camera: the time to scan the code and then the time to scan the answer. */
    SCREEN(CODE_LIFE_MILLIS + ANSWER_LIFE_MILLIS);

    private final long codeLifeMillis;

    Way(long codeLifeMillis) {
      this.codeLifeMillis = codeLifeMillis;
    }
  }

  /** A code this door has shown, its nonce, and the attendees' nonces it has signed for. */
  record Shown(DoorCode code, ByteString nonce, Set<ByteString> answered) {
    Shown {
      answered = Set.copyOf(answered);
    }

    Shown and(ByteString answer) {
      Set<ByteString> more = new HashSet<>(answered);
      more.add(answer);
      return new Shown(code, nonce, more);
    }

    Shown without(ByteString answer) {
      Set<ByteString> fewer = new HashSet<>(answered);
      fewer.remove(answer);
      return new Shown(code, nonce, fewer);
    }
  }

  /**
   * What the door's view says about the attendee.
   *
   * @param encounter the one that makes another one needless
   */
  record Standing(Optional<Seat> seat, Optional<SignedEncounter> encounter) {
  }

  /** The state after an answer, and what to do about it. */
  record Step(DoorProtocol next, Verdict verdict) {
  }

  /** What to do about an answer. */
  sealed interface Verdict {
    /** Sign the encounter, store it, send it. */
    record Sign(Encounter encounter) implements Verdict {
    }

    /** Only tell the attendee. */
    record Tell(CheckInReply reply) implements Verdict {
    }
  }

  DoorProtocol {
    shown = List.copyOf(shown);
  }

  static DoorProtocol of(DeviceId door) {
    return new DoorProtocol(door, List.of());
  }

  /** The code shown in the current step, if there is one. */
  Optional<DoorCode> current(long nowMillis) {
    return shown.stream().map(Shown::code).filter(code -> code.epoch() == Encounter.epochAt(nowMillis)).findFirst();
  }

  /** Shows a new code and forgets those that no longer count. */
  DoorProtocol show(MeetupEvent event, ByteString nonce, ByteString beacon, long nowMillis) {
    List<Shown> next = new ArrayList<>(shown);
    next.removeIf(old -> !alive(old.code().epoch(), nowMillis, Way.SCREEN.codeLifeMillis));
    DoorCode code = new DoorCode(event.id(), door, Encounter.epochAt(nowMillis), Encounter.commitment(nonce), beacon);
    next.add(new Shown(code, nonce, Set.of()));
    return new DoorProtocol(door, next);
  }

  private static boolean alive(long epoch, long nowMillis, long lifeMillis) {
    long age = nowMillis - Encounter.startMillis(epoch);
    return age >= 0 && age <= lifeMillis;
  }

  /** Judges one answer; the checks stand in the order of docs/spec/checkin.md. */
  Step answer(MeetupEvent event, Answer answer, Standing standing, Way way, long nowMillis) {
    Optional<CheckInReply> told = refusedByItself(event, answer, nowMillis).or(() -> replayed(answer))
        .or(() -> standing.encounter().map(CheckInReply.AlreadyCheckedIn::new))
        .or(() -> stale(answer, way, nowMillis));
    if (told.isPresent()) {
      return tell(told.get());
    }
    Optional<Shown> source = shown.stream().filter(known -> known.code().equals(answer.code())).findFirst();
    if (source.isEmpty()) {
      return tell(refused(CheckInRefusal.UNKNOWN_CODE, "this door did not show that code; scan the one it shows now"));
    }
    Optional<CheckInReply.Refused> unseated = event.doors().contains(answer.attendee()) && !event.doors().contains(door)
        ? Optional.empty()
        : unseated(standing.seat());
    if (unseated.isPresent()) {
      return tell(unseated.get());
    }
    List<Shown> next = shown.stream()
        .map(known -> known.code().equals(answer.code()) ? known.and(answer.nonce()) : known)
        .toList();
    DoorCode code = answer.code();
    return new Step(new DoorProtocol(door, next), new Verdict.Sign(new Encounter(code.event(), door,
        answer.attendee(), source.get().nonce(), answer.nonce(), code.epoch(), code.beacon())));
  }

  /** As if this answer had not come. */
  DoorProtocol without(Answer answer) {
    return new DoorProtocol(door, shown.stream()
        .map(known -> known.code().equals(answer.code()) ? known.without(answer.nonce()) : known).toList());
  }

  private Optional<CheckInReply> refusedByItself(MeetupEvent event, Answer answer, long nowMillis) {
    DoorCode code = answer.code();
    if (!code.event().equals(event.id())) {
      return Optional.of(refused(CheckInRefusal.FOREIGN_EVENT,
          "this door serves event " + event.id() + ", the code is for " + code.event()));
    }
    if (!code.door().equals(door)) {
      return Optional.of(
          refused(CheckInRefusal.FOREIGN_DOOR, "this door is " + door + ", the code is of " + code.door()));
    }
    if (answer.attendee().equals(door)) {
      return Optional.of(refused(CheckInRefusal.SELF, "a door cannot check itself in"));
    }
    if (!mayMeet(event, door, answer.attendee())) {
      return Optional.of(refused(CheckInRefusal.FOREIGN_DOOR,
          "this event goes by its doors, and neither " + door + " nor " + answer.attendee() + " is one"));
    }
    if (event.cancelled()) {
      return Optional.of(refused(CheckInRefusal.CANCELLED, "the event is called off"));
    }
    if (!event.times().checkInOpenAt(nowMillis)) {
      return Optional.of(outsideWindow(event, nowMillis));
    }
    if (!answer.verified()) {
      return Optional.of(
          refused(CheckInRefusal.SIGNATURE, "the answer is not signed by " + answer.attendee()));
    }
    return Optional.empty();
  }

  static CheckInReply.Refused outsideWindow(MeetupEvent event, long nowMillis) {
    return refused(CheckInRefusal.OUTSIDE_WINDOW, "check-in is open from " + event.times().checkInOpensAtMillis()
        + " until " + event.times().checkInClosesAtMillis() + ", it is " + nowMillis + " (milliseconds since 1970)");
  }

  /** Whether an encounter of the two can count by the event's rule. */
  static boolean mayMeet(MeetupEvent event, DeviceId one, DeviceId other) {
    return switch (event.rule()) {
      case DOOR -> event.doors().contains(one) || event.doors().contains(other);
      case PEERS -> true;
    };
  }

  private Optional<CheckInReply> replayed(Answer answer) {
    return shown.stream().anyMatch(known -> known.answered().contains(answer.nonce()))
        ? Optional.of(refused(CheckInRefusal.REPLAYED, "this answer was given before; scan again for a new one"))
        : Optional.empty();
  }

  private static Optional<CheckInReply> stale(Answer answer, Way way, long nowMillis) {
    long codeEpoch = answer.code().epoch();
    if (!alive(codeEpoch, nowMillis, way.codeLifeMillis)) {
      return Optional.of(refused(CheckInRefusal.STALE,
          "the code is " + (nowMillis - Encounter.startMillis(codeEpoch)) + " ms old, at most " + way.codeLifeMillis
              + " count; scan the one the door shows now"));
    }
    if (Math.abs(answer.epoch() - codeEpoch) > EPOCHS_APART) {
      return Optional.of(refused(CheckInRefusal.CLOCK,
          "your clock and the door's differ by about "
              + Math.abs(answer.epoch() - codeEpoch) * Encounter.STEP_MILLIS / 1000 + " s, at most "
              + CODE_LIFE_MILLIS / 1000 + " are allowed; set your clock"));
    }
    long age = nowMillis - Encounter.startMillis(answer.epoch());
    if (way == Way.SCREEN && age > ANSWER_LIFE_MILLIS) {
      return Optional.of(refused(CheckInRefusal.STALE, "the answer is " + age + " ms old, at most "
          + ANSWER_LIFE_MILLIS + " count; begin again with the code that is shown now"));
    }
    return Optional.empty();
  }

  static Optional<CheckInReply.Refused> unseated(Optional<Seat> seat) {
    if (seat.isEmpty()) {
      return Optional.of(refused(CheckInRefusal.NO_RSVP, "no RSVP of this key has reached the door"));
    }
    return switch (seat.get().status()) {
      case CONFIRMED -> Optional.empty();
      case REQUESTED -> Optional.of(refused(CheckInRefusal.NO_SEAT, "the RSVP has no seat yet"));
      case WAITLISTED -> Optional.of(refused(CheckInRefusal.NO_SEAT, "the RSVP is on the waitlist"));
      case DECLINED -> Optional.of(refused(CheckInRefusal.NO_SEAT, "the RSVP was declined"));
      case WITHDRAWN -> Optional.of(refused(CheckInRefusal.NO_RSVP, "the RSVP was withdrawn"));
    };
  }

  private Step tell(CheckInReply reply) {
    return new Step(this, new Verdict.Tell(reply));
  }

  static CheckInReply.Refused refused(CheckInRefusal refusal, String message) {
    return new CheckInReply.Refused(refusal, message);
  }
}
