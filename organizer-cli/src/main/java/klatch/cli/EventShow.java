package klatch.cli;

import java.util.concurrent.Callable;
import klatch.web.wire.Events;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch event show EVENT}. */
@Command(name = "show", description = "One event: its terms, seats, deposits, who is there.")
final class EventShow implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Override
  public Integer call() {
    return session.show(session.api().get("/events/" + session.event(event), Events.Detail.class), this::words);
  }

  private void words(Events.Detail detail) {
    var summary = detail.summary();
    session.say(summary.title() + (summary.cancelled() ? "  (CANCELLED)" : ""));
    session.say("  id         " + summary.id());
    session.say("  when       " + Words.moment(summary.startsAtMillis(), summary.zone()) + " to "
        + Words.moment(summary.endsAtMillis(), summary.zone()));
    if (!summary.place().isBlank()) {
      session.say("  where      " + summary.place());
    }
    session.say("  seats      " + summary.confirmed() + " of " + summary.capacity() + " taken"
        + (summary.waitlisted() == 0 ? "" : ", " + summary.waitlisted() + " on the waitlist"));
    session.say("  check-in   " + Words.moment(detail.checkInOpensAtMillis(), summary.zone()) + " to "
        + Words.moment(detail.checkInClosesAtMillis(), summary.zone()));
    if (detail.cancelReason() != null) {
      session.say("  cancelled  " + detail.cancelReason());
    }
    if (detail.terms() == null) {
      session.say("  deposit    none");
    } else {
      terms(detail.terms(), summary.zone());
    }
    if (!detail.people().isEmpty()) {
      session.say("");
      people(detail);
    }
  }

  private void terms(Events.Terms terms, String zone) {
    session.say("  deposit    " + Words.sat(terms.depositMsat())
        + ", comes back at check-in; a no-show's goes to those who came");
    session.say("  lock       " + Words.moment(terms.lockOpensAtMillis(), zone) + " to "
        + Words.moment(terms.lockClosesAtMillis(), zone));
    session.say("  appeals    until " + Words.moment(terms.appealsCloseAtMillis(), zone));
    session.say("  payouts    until " + Words.moment(terms.payoutsCloseAtMillis(), zone));
  }

  private void people(Events.Detail detail) {
    var table = new Table("WHO", "SEAT", "HERE", ">DEPOSIT", "");
    for (var person : detail.people()) {
      var deposit = person.deposit();
      table.row(Words.person(person.nickname(), person.person()) + (person.you() ? " (you)" : ""), person.seat(),
          person.present() ? "yes" : "no", deposit == null ? "" : Words.sat(deposit.msat()),
          deposit == null ? "" : deposit.says());
    }
    table.print(session.out());
  }
}
