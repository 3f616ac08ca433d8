package klatch.commitments;

import java.util.Optional;
import klatch.log.DeviceId;
import klatch.meetup.MeetupEvent;

/** Decides whether this person has to tell the group that the own deposit was taken. */
record TakenNotice(Surroundings parts, StatementBook book) {

  /**
   * Yes if the deposit is gone, the organiser has not said that it was collected, and either had no right to it or has
   * had the time to say it. Under a just verdict the organiser's own words come first; and as payments are faster than
   * entries, a verdict that may have been given is waited for.
   */
  boolean due(MeetupEvent event, DepositTerms terms, OwnDeposit own) {
    if (own.phase() != OwnDeposit.Phase.FORFEITED) {
      return false;
    }
    DeviceId self = parts.self();
    DeviceId host = event.host();
    Statements said = book.of(event.id());
    if (said.collected(host, self).isPresent() || said.taken(host, self).isPresent()) {
      return false;
    }
    Optional<Said<DepositMessage.Verdict>> verdict = said.first(host, DepositMessage.Verdict.class);
    boolean against = verdict.filter(v -> v.message().absent().contains(self))
        .filter(v -> v.message().present().size() >= terms.minimumPresent()).isPresent();
    boolean underWay = verdict.isEmpty() && parts.clock().millis() >= terms.clock().appealsCloseAtMillis();
    boolean just = (against || underWay) && said.released(host, self).isEmpty()
        && !parts.meetup().presence(event.id()).isPresent(self);
    boolean over = said.first(host, DepositMessage.Report.class).isPresent()
        || parts.clock().millis() >= terms.clock().payoutsCloseAtMillis();
    return !just || over;
  }
}
