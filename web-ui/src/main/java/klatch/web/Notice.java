package klatch.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import klatch.commitments.ClaimView;
import klatch.commitments.DepositTerms;
import klatch.commitments.OwnMoney;
import klatch.commitments.TermsClock;
import klatch.log.DeviceId;
import klatch.meetup.EventVersion;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Milestones;
import klatch.meetup.Reminder;
import klatch.meetup.Seat;
import org.jspecify.annotations.Nullable;

/**
 * Something a person should not miss about an event, from one moment until another. What there is follows from the
 * entries and from what this node knows of its own money; whether it is due, from the clock.
 *
 * @param mark tells several of one kind apart, such as the version of an edit
 */
record Notice(Kind kind, String event, String mark, long fromMillis, long untilMillis, @Nullable Long amountMsat) {
  /** What it is about. */
  enum Kind {
    CHANGED, CANCELLED, MOVED_UP, RSVP_CLOSES, STARTS_WITHIN_A_DAY, STARTS_SOON, CHECK_IN_OPEN, LOCK_OPEN, LOCK_CLOSES, REFUNDED, FORFEITED, PAYOUT_TO_CLAIM, CLAIM_CLOSES, PAYOUT_ARRIVED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Those that a person may do without: nothing has happened, only time has passed. */
  static final Set<Kind> REMINDERS = Set.of(Kind.RSVP_CLOSES, Kind.STARTS_WITHIN_A_DAY, Kind.STARTS_SOON,
      Kind.CHECK_IN_OPEN, Kind.LOCK_OPEN, Kind.LOCK_CLOSES);
  /** What has happened stays worth knowing so long after the event. */
  static final long KEPT_MILLIS = TimeUnit.DAYS.toMillis(30);
  private static final long DAY = TimeUnit.DAYS.toMillis(1);
  private static final long HOUR = TimeUnit.HOURS.toMillis(1);
  /** A node with channels claims by itself within moments; that is nothing to tell. */
  private static final long CLAIMED_BY_ITSELF_MILLIS = TimeUnit.MINUTES.toMillis(1);

  /**
   * One event as this person stands to it.
   *
   * @param seat  their own, if they have asked for one
   * @param money if the event has deposits and this node knows of them
   * @param nowMillis what an entry dates later has happened by now
   */
  record Facts(MeetupEvent event, DeviceId self, boolean member, Optional<Seat> seat, boolean present,
      Milestones milestones, Optional<OwnMoney> money, long nowMillis) {
    long past(long millis) {
      return Math.min(millis, nowMillis);
    }

    boolean hosts() {
      return event.host().equals(self);
    }

    /** Whether they have asked for a seat, and not given it back. */
    boolean asks() {
      return seat.filter(asked -> asked.status() != Seat.Status.WITHDRAWN && !asked.leaving()).isPresent();
    }

    boolean hasSeat() {
      return asks() && seat.filter(asked -> asked.status() == Seat.Status.CONFIRMED).isPresent();
    }
  }

  String id() {
    return event + ":" + kind.label() + (mark.isEmpty() ? "" : ":" + mark);
  }

  boolean isDueAt(long millis) {
    return fromMillis <= millis && millis < untilMillis;
  }

  /** Everything there is and will be to say about one event. */
  static List<Notice> of(Facts facts) {
    var all = new ArrayList<Notice>();
    changes(facts, all);
    reminders(facts, all);
    facts.money().ifPresent(money -> DepositTerms.of(facts.event()).filter(_ -> !facts.hosts())
        .ifPresent(terms -> money(facts, terms, money, all)));
    return all;
  }

  private static void changes(Facts facts, List<Notice> all) {
    var event = facts.event();
    long until = event.times().endsAtMillis() + KEPT_MILLIS;
    if (facts.hosts() || !facts.asks()) {
      return;
    }
    var seat = facts.seat().orElseThrow();
    if (event.cancelled()) {
      long at = facts.milestones().cancelledAtMillis().orElse(event.createdAtMillis());
      all.add(of(facts, Kind.CANCELLED, "", facts.past(at), until));
      return;
    }
    EventVersion version = event.version();
    if (version.number() > seat.seenVersion() && !version.author().equals(facts.self())
        && !event.changesSince(seat.seenVersion()).isEmpty()) {
      all.add(of(facts, Kind.CHANGED, Integer.toString(version.number()), facts.past(version.atMillis()),
          event.times().endsAtMillis()));
    }
    if (facts.hasSeat()) {
      facts.milestones().movedUpAtMillis()
          .ifPresent(at -> all.add(of(facts, Kind.MOVED_UP, "", facts.past(at), event.times().endsAtMillis())));
    }
  }

  private static void reminders(Facts facts, List<Notice> all) {
    var reminders = facts.hosts()
        ? Reminder.ofHost(facts.event())
        : facts.member() ? Reminder.of(facts.event(), facts.seat(), facts.present()) : List.<Reminder>of();
    // Moved to another time, it is another reminder.
    reminders.forEach(reminder -> all.add(of(facts, Kind.valueOf(reminder.kind().name()),
        Long.toString(reminder.dueAtMillis(), Character.MAX_RADIX), reminder.dueAtMillis(), reminder.untilMillis())));
  }

  private static void money(Facts facts, DepositTerms terms, OwnMoney money, List<Notice> all) {
    TermsClock clock = terms.clock();
    long until = clock.payoutsCloseAtMillis() + KEPT_MILLIS;
    long amount = terms.deposit().value();
    boolean open = Set.of("", "offered", "failed").contains(money.state());
    if (facts.hasSeat() && open && !facts.event().cancelled()) {
      long last = Math.max(clock.lockOpensAtMillis(), clock.lockClosesAtMillis() - HOUR);
      all.add(of(facts, Kind.LOCK_OPEN, "", clock.lockOpensAtMillis(), last).about(amount));
      all.add(of(facts, Kind.LOCK_CLOSES, "", last, clock.lockClosesAtMillis()).about(amount));
    }
    long ended = facts.past(or(money.endedAtMillis(), clock.checkInOpensAtMillis()));
    if (money.state().equals("released")) {
      all.add(of(facts, Kind.REFUNDED, "", ended, until).about(amount));
    } else if (money.state().equals("collected")) {
      all.add(of(facts, Kind.FORFEITED, "", ended, until).about(amount));
    }
    claim(facts, terms, money.claim(), all);
    money.payouts().forEach(payout -> all.add(of(facts, Kind.PAYOUT_ARRIVED, Integer.toString(payout.round()),
        facts.past(payout.atMillis()), until).about(payout.amount().value())));
  }

  private static void claim(Facts facts, DepositTerms terms, ClaimView claim, List<Notice> all) {
    if (claim.state() != ClaimView.State.CLAIMABLE) {
      return;
    }
    var mark = Integer.toString(claim.round());
    long opens = claim.closesAtMillis() - terms.claimWindowMillis() + CLAIMED_BY_ITSELF_MILLIS;
    long last = Math.max(opens, claim.closesAtMillis() - DAY);
    all.add(of(facts, Kind.PAYOUT_TO_CLAIM, mark, opens, last).about(claim.amount().value()));
    all.add(of(facts, Kind.CLAIM_CLOSES, mark, last, claim.closesAtMillis()).about(claim.amount().value()));
  }

  private static Notice of(Facts facts, Kind kind, String mark, long fromMillis, long untilMillis) {
    return new Notice(kind, facts.event().id().toString(), mark, fromMillis, untilMillis, null);
  }

  private Notice about(long msat) {
    return new Notice(kind, event, mark, fromMillis, untilMillis, msat);
  }

  private static long or(OptionalLong asked, long otherwise) {
    return asked.isPresent() ? asked.getAsLong() : otherwise;
  }
}
