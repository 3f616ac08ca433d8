package klatch.cli.event;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
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
    series(detail);
    if (!summary.place().isBlank()) {
      session.say("  where      " + summary.place());
    }
    if (detail.placeHidden()) {
      session.say("  where      " + (detail.hiddenPlace() == null
          ? "told to those who have a seat"
          : detail.hiddenPlace() + " (told only to those who have a seat)"));
    }
    session.say("  seats      " + summary.confirmed() + " of " + summary.capacity() + " taken"
        + (summary.waitlisted() == 0 ? "" : ", " + summary.waitlisted() + " on the waitlist"));
    if (summary.rsvpClosesAtMillis() != null) {
      session.say("  RSVP       until " + Words.moment(summary.rsvpClosesAtMillis(), summary.zone()));
    }
    if (summary.guestsPerPledge() > 0) {
      session.say("  guests     up to " + summary.guestsPerPledge() + " with each RSVP");
    }
    detail.questions().forEach(question -> session.say("  question   " + question));
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
    changes(summary);
    if (!detail.people().isEmpty()) {
      session.say("");
      people(detail);
      answers(detail);
    }
  }

  private void series(Events.Detail detail) {
    var occurrence = detail.summary().occurrence();
    if (occurrence == null) {
      return;
    }
    session.say("  series     number " + occurrence.number() + " of " + occurrence.of() + ", "
        + Words.repeats(occurrence.repeat()));
    detail.series().stream().filter(sibling -> sibling.number() != occurrence.number())
        .forEach(sibling -> session.say("    " + Words.shortId(sibling.event()) + "  "
            + Words.moment(sibling.startsAtMillis(), detail.summary().zone())
            + (sibling.cancelled() ? "  (cancelled)" : "")));
  }

  private void changes(Events.Summary summary) {
    if (!summary.changedSinceRsvp().isEmpty()) {
      session.say("  changed since your RSVP:");
      summary.changedSinceRsvp().forEach(change -> session.say("    " + Words.change(change, summary.zone())));
    }
  }

  private void answers(Events.Detail detail) {
    for (var person : detail.people()) {
      var answers = person.answers() == null ? List.<String>of() : person.answers();
      for (int i = 0; i < answers.size(); i++) {
        session.say("  " + Words.person(person.nickname(), person.person()) + ", "
            + (i < detail.questions().size() ? detail.questions().get(i) : "question " + (i + 1)) + ": "
            + answers.get(i));
      }
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
      table.row(Words.person(person.nickname(), person.person()) + (person.you() ? " (you)" : ""),
          person.guests() == 0 ? person.seat() : person.seat() + " +" + person.guests(),
          person.present() ? "yes" : "no", deposit == null ? "" : Words.sat(deposit.msat()),
          deposit == null ? "" : deposit.says());
    }
    table.print(session.out());
  }
}
