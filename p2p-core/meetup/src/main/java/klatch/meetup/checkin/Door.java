package klatch.meetup.checkin;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import klatch.libp2p.Ed25519Key;
import klatch.meetup.ByteString;
import klatch.meetup.Counterpart;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.SignedEncounter;

/**
 * The door of one event on this device: runs {@link DoorProtocol} with the real clock, key and log. The lock guards the
 * state; encounters with several people are stored at the same time, so that one write of the disk serves them all.
 */
final class Door {
  private final Meetup meetup;
  private final Ed25519Key key;
  private final EventId event;
  private final Supplier<ByteString> nonces;
  private final ReentrantLock lock = new ReentrantLock();
  private DoorProtocol state;

  Door(Meetup meetup, Ed25519Key key, EventId event, Supplier<ByteString> nonces) {
    this.meetup = meetup;
    this.key = key;
    this.event = event;
    this.nonces = nonces;
    this.state = DoorProtocol.of(meetup.self());
  }

  DoorCode show(MeetupEvent shownEvent, ByteString beacon, long nowMillis) {
    lock.lock();
    try {
      return state.current(nowMillis).orElseGet(() -> {
        state = state.show(shownEvent, nonces.get(), beacon, nowMillis);
        return state.current(nowMillis).orElseThrow();
      });
    } finally {
      lock.unlock();
    }
  }

  /** The encounter is stored before anybody hears of it; if storing fails, nothing has happened. */
  CheckInReply answer(Answer answer, DoorProtocol.Way way, long nowMillis) {
    Counterpart known = meetup.counterpart(event, answer.attendee()).orElseThrow();
    return switch (judged(answer, known, way, nowMillis)) {
      case DoorProtocol.Verdict.Tell(CheckInReply told) -> told;
      case DoorProtocol.Verdict.Sign(Encounter encounter) -> sign(encounter, answer);
    };
  }

  private DoorProtocol.Verdict judged(Answer answer, Counterpart known, DoorProtocol.Way way, long nowMillis) {
    lock.lock();
    try {
      DoorProtocol.Standing standing = new DoorProtocol.Standing(known.seat(), known.needless());
      DoorProtocol.Step step = state.answer(known.event(), answer, standing, way, nowMillis);
      state = step.next();
      return step.verdict();
    } finally {
      lock.unlock();
    }
  }

  /** The answer to a code of this door that a frame stands for; one to a code that it does not know has none. */
  Optional<Answer> whole(AnswerFrame frame) {
    lock.lock();
    try {
      return state.shown().stream().flatMap(shown -> frame.to(shown.code()).stream()).findFirst();
    } finally {
      lock.unlock();
    }
  }

  private CheckInReply sign(Encounter encounter, Answer answer) {
    SignedEncounter signed = new SignedEncounter(encounter, ByteString.of(key.sign(encounter.signedBytes())),
        answer.signature());
    if (record(signed, answer)) {
      return new CheckInReply.CheckedIn(signed);
    }
    // Another answer of the same person was stored since this one was judged.
    return new CheckInReply.AlreadyCheckedIn(meetup.encounter(event, answer.attendee()).orElseThrow());
  }

  private boolean record(SignedEncounter signed, Answer answer) {
    boolean known = false;
    try {
      boolean written = meetup.record(signed);
      known = true;
      return written;
    } finally {
      if (!known) {
        forget(answer);
      }
    }
  }

  /** What could not be stored may be tried again with the same answer. */
  private void forget(Answer answer) {
    lock.lock();
    try {
      state = state.without(answer);
    } finally {
      lock.unlock();
    }
  }
}
