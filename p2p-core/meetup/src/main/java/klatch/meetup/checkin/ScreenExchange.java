package klatch.meetup.checkin;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import klatch.meetup.Counterpart;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.SignedEncounter;

/**
 * The exchange with two screens and two cameras and no network: a code, an answer, and the frame that closes it. A
 * camera reads a frame many times; reading one again gives the same and writes nothing. Safe for any number of threads.
 */
final class ScreenExchange {
  /** Answers that may still be closed: nobody answers more codes in a minute. */
  private static final int GIVEN = 16;

  private final Meetup meetup;
  private final Ed25519Key key;
  private final InstantSource clock;
  private final Beacon beacon;
  private final Supplier<ByteString> nonces;
  private final Map<EventId, Door> doors;
  /** The newest last; guarded by itself. */
  private final Deque<Answer> given = new ArrayDeque<>();

  /** @param doors the doors that are open on this device */
  ScreenExchange(Meetup meetup, Ed25519Key key, InstantSource clock, Beacon beacon, Supplier<ByteString> nonces,
      Map<EventId, Door> doors) {
    this.meetup = meetup;
    this.key = key;
    this.clock = clock;
    this.beacon = beacon;
    this.nonces = nonces;
    this.doors = doors;
  }

  Scan scanned(String text) {
    try {
      return switch (Frame.parse(text)) {
        case DoorCode code -> answer(code);
        case AnswerFrame frame -> sign(frame);
        case ClosingFrame frame -> close(frame);
      };
    } catch (MalformedMessageException e) {
      return new Scan.Refused(CheckInRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  /** What this device knows about a code before it answers. */
  AttendeeProtocol.Known known(DoorCode code) {
    Optional<Counterpart> known = meetup.counterpart(code.event(), code.door());
    return new AttendeeProtocol.Known(meetup.self(), known, beacon.depth(code.beacon()));
  }

  private Scan answer(DoorCode code) {
    AttendeeProtocol.Known known = known(code);
    Optional<CheckInReply.Refused> refused = AttendeeProtocol.check(code, known, clock.millis());
    if (refused.isPresent()) {
      return refused(refused.get());
    }
    Optional<SignedEncounter> needless = known.counterpart().flatMap(Counterpart::needless);
    if (needless.isPresent()) {
      return new Scan.Already(needless.get());
    }
    Answer answer = remembered(code);
    return new Scan.Answered(code.event(), code.door(), AnswerFrame.of(answer),
        Encounter.startMillis(answer.epoch()) + DoorProtocol.ANSWER_LIFE_MILLIS);
  }

  private Answer remembered(DoorCode code) {
    synchronized (given) {
      return given.stream().filter(answer -> answer.code().equals(code)).findFirst().orElseGet(() -> {
        Answer answer = Answer.sign(code, key, nonces.get(), clock.millis());
        given.addLast(answer);
        if (given.size() > GIVEN) {
          given.removeFirst();
        }
        return answer;
      });
    }
  }

  private Scan sign(AnswerFrame frame) {
    Door door = doors.get(frame.event());
    if (door == null) {
      return new Scan.Refused(CheckInRefusal.FOREIGN_EVENT, "no code of event " + frame.event() + " was shown here");
    }
    if (frame.device().equals(meetup.self())) {
      return new Scan.Refused(CheckInRefusal.SELF, "this is your own answer");
    }
    Optional<Scan> before = signedBefore(frame);
    if (before.isPresent()) {
      return before.get();
    }
    Optional<Answer> answer = door.whole(frame);
    if (answer.isEmpty()) {
      return unknown(frame);
    }
    return switch (door.answer(answer.get(), DoorProtocol.Way.SCREEN, clock.millis())) {
      case CheckInReply.CheckedIn(var encounter) -> new Scan.Signed(encounter, ClosingFrame.of(encounter));
      case CheckInReply.AlreadyCheckedIn(var encounter) -> new Scan.Already(encounter);
      // The camera may have read it a second time while the first was being stored.
      case CheckInReply.Refused refused -> signedBefore(frame).orElseGet(() -> refused(refused));
    };
  }

  private Optional<Scan> signedBefore(AnswerFrame frame) {
    return meetup.encounter(frame.event(), frame.device())
        .filter(signed -> signed.encounter().nonceB().equals(frame.nonce()))
        .map(signed -> new Scan.Signed(signed, ClosingFrame.of(signed)));
  }

  private Scan unknown(AnswerFrame frame) {
    long age = clock.millis() - Encounter.startMillis(frame.epoch());
    return age > DoorProtocol.CODE_LIFE_MILLIS + DoorProtocol.ANSWER_LIFE_MILLIS
        ? new Scan.Refused(CheckInRefusal.STALE,
            "the answered code is " + age + " ms old; begin again with the code that is shown now")
        : new Scan.Refused(CheckInRefusal.UNKNOWN_CODE, "the answer is to a code that this device did not show");
  }

  private Scan close(ClosingFrame frame) {
    if (meetup.event(frame.event()).isEmpty()) {
      return new Scan.Refused(CheckInRefusal.FOREIGN_EVENT, "no event " + frame.event() + " is known here");
    }
    Optional<Answer> answer;
    synchronized (given) {
      answer = given.stream().filter(frame::isTo).findFirst();
    }
    if (answer.isEmpty()) {
      return new Scan.Refused(CheckInRefusal.UNKNOWN_CODE,
          "this closes an exchange that this device did not begin; the check-in counts at the other device");
    }
    Optional<SignedEncounter> signed = frame.complete(answer.get());
    if (signed.isEmpty()) {
      return new Scan.Refused(CheckInRefusal.SIGNATURE, "what closes the exchange does not prove that you met");
    }
    meetup.record(signed.get());
    return new Scan.Done(signed.get());
  }

  private static Scan refused(CheckInReply.Refused refused) {
    return new Scan.Refused(refused.refusal(), refused.message());
  }
}
