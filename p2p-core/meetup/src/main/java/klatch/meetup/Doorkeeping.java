package klatch.meetup;

import java.util.List;
import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * What a door says without the guest's key: that somebody is there, and that a check-in was a mistake. Safe for any number
 * of threads, as {@link Meetup} is.
 */
public final class Doorkeeping {
  private final LiveView live;
  private final Pen pen;

  Doorkeeping(LiveView live, Pen pen) {
    this.live = live;
    this.pen = pen;
  }

  /**
   * Checks somebody with a seat in by this door's word alone, for everybody to see; nothing is written for who is present.
   *
   * @param reason 0 to 300 characters, for everybody to read
   */
  public Outcome<Boolean> byHand(EventId id, DeviceId person, String reason) {
    CheckedInByHand message = new CheckedInByHand(id, person, reason);
    return ofEvent(id, (view, event) -> {
      Optional<Outcome<Boolean>> refused = refusedByHand(view, event, person);
      if (refused.isPresent()) {
        return refused.get();
      }
      if (view.isPresent(id, person)) {
        return Outcome.done(false);
      }
      pen.append(event.group(), message);
      return Outcome.done(true);
    });
  }

  private Optional<Outcome<Boolean>> refusedByHand(MeetupView view, MeetupEvent event, DeviceId person) {
    if (!event.doors().contains(pen.self())) {
      return Optional.of(Outcome.refused(Refusal.NOT_A_DOOR, "device " + pen.self() + " is not a door of this event"));
    }
    if (event.rule() != PresenceRule.DOOR) {
      return Optional.of(Outcome.refused(Refusal.NOT_BY_HAND,
          "this event goes by who has met whom, and there a door's word alone counts for nothing: scan their code"));
    }
    if (event.cancelled()) {
      return Optional.of(Outcome.refused(Refusal.CANCELLED, "the event is called off"));
    }
    long now = pen.clock().millis();
    if (!event.times().checkInOpenAt(now)) {
      return Optional.of(Outcome.refused(Refusal.TOO_LATE,
          "check-in is open from " + event.times().checkInOpensAtMillis() + " until "
              + event.times().checkInClosesAtMillis() + ", it is " + now + " (milliseconds since 1970)"));
    }
    return view.seats(event.id()).of(person).filter(seat -> seat.status() == Seat.Status.CONFIRMED).isPresent()
        ? Optional.empty()
        : Optional.of(Outcome.refused(Refusal.NOT_PLEDGED, person + " has no seat at this event"));
  }

  /**
   * Takes a wrong check-in back: of the organiser's device all of {@code person} that are known here, of another door its
   * own. The person may be checked in anew.
   */
  public Outcome<EntryId> undo(EventId id, DeviceId person, String reason) {
    return ofEvent(id, (view, event) -> {
      if (!event.doors().contains(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER,
            "only " + event.host() + " and the doors of the event can undo a check-in");
      }
      List<ByteString> named = view.undoable(id, person, pen.self()).stream().limit(Limits.UNDONE).toList();
      if (!named.isEmpty()) {
        return Outcome.done(pen.append(event.group(), new CheckInUndone(id, named, reason)).id());
      }
      return view.isPresent(id, person)
          ? Outcome.refused(Refusal.NOT_THE_ORGANISER,
              "another door has checked " + person + " in: that door or " + event.host() + " can undo it")
          : Outcome.refused(Refusal.NOT_CHECKED_IN, "no check-in of " + person + " is known here");
    });
  }

  @FunctionalInterface
  private interface Act<T> {
    Outcome<T> on(MeetupView view, MeetupEvent event);
  }

  /** One question and its answer at a time, so that two taps do not write twice. */
  private <T> Outcome<T> ofEvent(EventId id, Act<T> act) {
    return live.exclusively(() -> live.read(view -> view.event(id).map(event -> act.on(view, event))
        .orElseGet(() -> Outcome.refused(Refusal.UNKNOWN_EVENT, "no event " + id + " is known here"))));
  }
}
