package klatch.meetup;

import java.util.ArrayList;
import java.util.List;
import klatch.log.EntryId;

/**
 * How the organiser gives away seats, as a pure function of what is open. It looks only at pledges without a decision
 * in the log, so it can be asked again after a crash at any point.
 */
final class SeatLedger {
  private SeatLedger() {}

  /** A confirmed pledge and the entry that withdraws it. */
  record Leaving(EntryId pledge, EntryId withdrawal) {
  }

  /**
   * What may need a decision.
   *
   * @param taken seats confirmed and not released
   * @param waiting standing pledges on the waitlist, in its order
   * @param undecided standing pledges without a decision, in the order they are served
   */
  record Open(MeetupEvent event, int taken, List<Leaving> leaving, List<EntryId> waiting, List<EntryId> undecided) {
  }

  /**
   * The decisions to append next, in this order. A seat is released only until check-in opens: a later withdrawal is
   * no better than not coming. Nothing is given away once check-in has closed.
   */
  static List<SeatDecision> decide(Open open, long nowMillis) {
    List<SeatDecision> decisions = new ArrayList<>();
    MeetupEvent event = open.event();
    if (event.cancelled()) {
      return decisions;
    }
    if (nowMillis >= event.times().checkInClosesAtMillis()) {
      open.undecided().forEach(pledge -> decisions.add(SeatDecision.of(event.id(), pledge, SeatOutcome.DECLINED)));
      return decisions;
    }
    int free = event.details().capacity() - open.taken();
    if (nowMillis < event.times().checkInOpensAtMillis()) {
      for (Leaving leaving : open.leaving()) {
        decisions.add(SeatDecision.released(event.id(), leaving.pledge(), leaving.withdrawal()));
        free++;
      }
    }
    List<EntryId> queue = new ArrayList<>(open.waiting());
    queue.addAll(open.undecided());
    for (int i = 0; i < queue.size(); i++) {
      if (i < free) {
        decisions.add(SeatDecision.of(event.id(), queue.get(i), SeatOutcome.CONFIRMED));
      } else if (i >= open.waiting().size()) {
        decisions.add(SeatDecision.of(event.id(), queue.get(i), SeatOutcome.WAITLISTED));
      }
    }
    return decisions;
  }
}
