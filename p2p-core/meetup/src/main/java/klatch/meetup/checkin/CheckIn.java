package klatch.meetup.checkin;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Stream;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Outcome;
import klatch.meetup.Refusal;
import klatch.meetup.Seat;

/**
 * Check-in on this device, both ways: as a door that shows codes and as an attendee who scanned one. One scan; the rest
 * goes over {@link #PROTOCOL}. Safe for any number of threads.
 */
public final class CheckIn {
  public static final String PROTOCOL = "/klatch/checkin/1";
  /** Check-ins served at once; more people than that do not fit into a doorway. */
  public static final int STREAMS = 256;
  /** Check-ins of one peer served at once: one is enough, and after a lost connection the old one may linger. */
  public static final int STREAMS_PER_PEER = 4;

  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

  private final Meetup meetup;
  private final Ed25519Key key;
  private final InstantSource clock;
  private final Beacon beacon;
  private final SecureRandom random = new SecureRandom();
  private final StreamBound bound = new StreamBound(STREAMS, STREAMS_PER_PEER);
  /** Only events get in for which this device may show a code. */
  private final Map<EventId, Door> doors = new ConcurrentHashMap<>();
  private final ScreenExchange screens;

  /**
   * @param key the key of {@code meetup}'s device
   */
  public CheckIn(Meetup meetup, Ed25519Key key, InstantSource clock, Beacon beacon) {
    this.meetup = meetup;
    this.key = key;
    this.clock = clock;
    this.beacon = beacon;
    this.screens = new ScreenExchange(meetup, key, clock, beacon, this::nonce, doors);
  }

  /** Answers attendees who reach this device through {@code host}. */
  public void serve(Host host) {
    host.handle(PROTOCOL, this::serve);
  }

  private void serve(Stream stream) throws IOException, MalformedMessageException {
    bound.enter(stream.remotePeer());
    try {
      stream.timeout(READ_TIMEOUT);
      CheckInWire.write(stream.output(), CheckInWire.encode(answerTo(CheckInWire.read(stream.input()))));
    } finally {
      bound.leave(stream.remotePeer());
    }
  }

  private CheckInReply answerTo(byte[] message) {
    try {
      return answer(CheckInWire.decodeAnswer(message));
    } catch (MalformedMessageException e) {
      return new CheckInReply.Refused(CheckInRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The code to show now: by a door of the event, or by an attendee with a seat who is to meet somebody. Ask again every
   * {@link Encounter#STEP_MILLIS}.
   */
  public Outcome<DoorCode> code(EventId id) {
    Optional<MeetupEvent> event = meetup.event(id);
    if (event.isEmpty()) {
      return Outcome.refused(Refusal.UNKNOWN_EVENT, "no event " + id + " is known here");
    }
    if (!mayShow(event.get())) {
      return Outcome.refused(Refusal.NOT_A_DOOR,
          "device " + meetup.self() + " is not a door of this event and has no seat");
    }
    if (event.get().cancelled()) {
      return Outcome.refused(Refusal.CANCELLED, "the event is called off");
    }
    long now = clock.millis();
    if (now >= event.get().times().checkInClosesAtMillis()) {
      return Outcome.refused(Refusal.TOO_LATE, "check-in closed at " + event.get().times().checkInClosesAtMillis()
          + ", it is " + now + " (milliseconds since 1970)");
    }
    Door door = doors.computeIfAbsent(id, event1 -> new Door(meetup, key, event1, this::nonce));
    return Outcome.done(door.show(event.get(), beacon.newest().orElseGet(() -> meetup.nonceChain(id)), now));
  }

  private boolean mayShow(MeetupEvent event) {
    return event.doors().contains(meetup.self()) || meetup.seats(event.id()).of(meetup.self())
        .filter(seat -> seat.status() == Seat.Status.CONFIRMED).isPresent();
  }

  /**
   * What a camera has read: somebody's code, the answer to a code of this device, or what closes an exchange.
   *
   * @throws klatch.log.StoreException when the encounter cannot be stored; scanning again is safe
   */
  public Scan scanned(String text) {
    return screens.scanned(text);
  }

  /**
   * Judges an answer at this device's door, and stores the encounter when it is good.
   *
   * @throws klatch.log.StoreException when it cannot be stored; then nobody is checked in
   */
  public CheckInReply answer(Answer answer) {
    Door door = doors.get(answer.code().event());
    if (door == null) {
      return new CheckInReply.Refused(CheckInRefusal.FOREIGN_EVENT,
          "no door is open here for event " + answer.code().event());
    }
    return door.answer(answer, DoorProtocol.Way.STREAM, clock.millis());
  }

  /**
   * Checks this device's person in with a scanned code. The connection to the door must be open already.
   *
   * @param codeText what was scanned or typed
   */
  public CheckInReply checkIn(Host host, String codeText) {
    DoorCode code;
    try {
      code = DoorCode.parse(codeText);
    } catch (MalformedMessageException e) {
      return new CheckInReply.Refused(CheckInRefusal.MALFORMED, String.valueOf(e.getMessage()));
    }
    Optional<CheckInReply.Refused> refused = AttendeeProtocol.check(code, screens.known(code), clock.millis());
    if (refused.isPresent()) {
      return refused.get();
    }
    Answer answer = Answer.sign(code, key, nonce(), clock.millis());
    CheckInReply reply = AttendeeProtocol.believe(answer, exchange(host, answer));
    switch (reply) {
      case CheckInReply.CheckedIn(var encounter) -> meetup.record(encounter);
      case CheckInReply.AlreadyCheckedIn(var encounter) -> meetup.record(encounter);
      case CheckInReply.Refused _ -> {
      }
    }
    return reply;
  }

  private static CheckInReply exchange(Host host, Answer answer) {
    try (Stream stream = host.open(answer.code().peer(), PROTOCOL)) {
      stream.timeout(READ_TIMEOUT);
      CheckInWire.write(stream.output(), CheckInWire.encode(answer));
      stream.closeWrite();
      return CheckInWire.decodeReply(CheckInWire.read(stream.input()));
    } catch (IOException | Libp2pException e) {
      return new CheckInReply.Refused(CheckInRefusal.UNREACHABLE,
          "the door did not answer, try again: " + e.getMessage());
    } catch (MalformedMessageException e) {
      return new CheckInReply.Refused(CheckInRefusal.MALFORMED, "the door's reply is garbled: " + e.getMessage());
    }
  }

  private ByteString nonce() {
    byte[] nonce = new byte[Encounter.NONCE_BYTES];
    random.nextBytes(nonce);
    return ByteString.of(nonce);
  }
}
