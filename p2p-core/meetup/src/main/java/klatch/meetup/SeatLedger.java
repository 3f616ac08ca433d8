package klatch.meetup;

import java.util.ArrayList;
import java.util.List;
import klatch.log.EntryId;

/**
 * How an event's host gives away seats, as a pure function of what is open. It looks only at pledges without a decision
 * in the log, so it can be asked again after a crash at any point.
 */
final class SeatLedger {
  private SeatLedger() {}

  /** A confirmed pledge and the entry that withdraws it. */
  record Leaving(EntryId pledge, int seats, EntryId withdrawal) {
  }

  /** A standing pledge: how many seats it asks for, all or none, and when its author signed it. */
  record Request(EntryId pledge, int seats, long signedAtMillis) {
    SeatDecision decided(EventId event, SeatOutcome outcome) {
      return SeatDecision.of(event, pledge, outcome, seats);
    }
  }

  /**
   * What may need a decision.
   *
   * @param free seats that nobody has
   * @param waiting standing pledges on the waitlist, in its order
   * @param undecided standing pledges without a decision, in the order they are served
   */
  record Open(MeetupEvent event, int free, List<Leaving> leaving, List<Request> waiting, List<Request> undecided) {
  }

  /**
   * The decisions to append next, in this order. A seat is released only until check-in opens: a later withdrawal is
   * no better than not coming. Nothing is given away once check-in has closed. Whoever asks for more seats than are free
   * waits, and those behind who ask for fewer do not wait for them.
   */
  static List<SeatDecision> decide(Open open, long nowMillis) {
    List<SeatDecision> decisions = new ArrayList<>();
    MeetupEvent event = open.event();
    if (event.cancelled()) {
      return decisions;
    }
    if (nowMillis >= event.times().checkInClosesAtMillis()) {
      open.undecided().forEach(request -> decisions.add(request.decided(event.id(), SeatOutcome.DECLINED)));
      return decisions;
    }
    int free = open.free();
    if (nowMillis < event.times().checkInOpensAtMillis()) {
      for (Leaving leaving : open.leaving()) {
        decisions.add(SeatDecision.released(event.id(), leaving.pledge(), leaving.seats(), leaving.withdrawal()));
        free += leaving.seats();
      }
    }
    for (Request request : open.waiting()) {
      if (request.seats() <= free) {
        decisions.add(request.decided(event.id(), SeatOutcome.CONFIRMED));
        free -= request.seats();
      }
    }
    for (Request request : open.undecided()) {
      SeatOutcome outcome = outcome(event.details(), request, free);
      decisions.add(request.decided(event.id(), outcome));
      free -= outcome == SeatOutcome.CONFIRMED ? request.seats() : 0;
    }
    return decisions;
  }

  private static SeatOutcome outcome(EventDetails details, Request request, int free) {
    if (request.seats() > 1 + details.guestsPerPledge() || details.rsvpClosedAt(request.signedAtMillis())) {
      return SeatOutcome.DECLINED;
    }
    return request.seats() <= free ? SeatOutcome.CONFIRMED : SeatOutcome.WAITLISTED;
  }
}
