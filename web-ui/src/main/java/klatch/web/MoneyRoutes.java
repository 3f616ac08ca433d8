package klatch.web;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.commitments.Audit;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.commitments.Finding;
import klatch.commitments.LockResult;
import klatch.commitments.OfferResult;
import klatch.commitments.MoneyReport;
import klatch.commitments.Objection;
import klatch.commitments.OwnDeposit;
import klatch.commitments.SettleResult;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.web.wire.Events;
import klatch.web.wire.Money;
import klatch.web.wire.PublicCode;

/** The routes about deposits, and what the other routes show of them. */
record MoneyRoutes(Meetup meetup, Supplier<ApiParts.MoneyState> money) {
  private static final long MILLIS_PER_SECOND = 1_000;

  void addTo(Routes routes) {
    routes.post("/events/{id}/lock", this::lock);
    routes.get("/events/{id}/offer", this::offer);
    routes.post("/events/{id}/settle", this::settle);
    routes.get("/events/{id}/audit", this::audit);
    routes.get("/events/{id}/report", this::report);
    routes.get("/deposits", _ -> history());
  }

  /** The money parts, or the reason why they are not there. */
  static ApiParts.Money connected(Supplier<ApiParts.MoneyState> money) {
    return switch (money.get()) {
      case ApiParts.MoneyState.Running(var running) -> running;
      case ApiParts.MoneyState.Starting _ -> throw new PublicException(PublicCode.UNAVAILABLE,
          "the Lightning node is still starting; try again in a few seconds");
      case ApiParts.MoneyState.None _ -> throw new PublicException(PublicCode.UNAVAILABLE,
          "no Lightning node connected: deposits need one; start the node with --bitcoind-url");
    };
  }

  /** What follows deposits and payouts; it is there without Lightning too. */
  static Deposits deposits(Supplier<ApiParts.MoneyState> money) {
    return money.get() instanceof ApiParts.MoneyState.None(var claims)
        ? claims.orElseThrow(() -> new PublicException(PublicCode.UNAVAILABLE,
            "the node is still starting; try again in a few seconds"))
        : connected(money).deposits();
  }

  private Events.Locked lock(Call call) {
    var event = withDeposits(call);
    return switch (connected(money).deposits().lock(event.id())) {
      case LockResult.UnderWay(var own) -> new Events.Locked(event.id().toString(), shown(own));
      case LockResult.Refused(var objection) -> throw refused(objection);
    };
  }

  /** For a wallet elsewhere: the same hold invoice that locking pays from this node's channels. */
  private Money.Offer offer(Call call) {
    var event = withDeposits(call);
    return switch (deposits(money).offer(event.id(), meetup.self())) {
      case OfferResult.Open(var bolt11, _, var amount, var expires, var closes) ->
        new Money.Offer(event.id().toString(),
            bolt11, amount.value(), expires * MILLIS_PER_SECOND, closes);
      case OfferResult.None(var objection) -> throw refused(objection);
    };
  }

  private static PublicException refused(Objection objection) {
    return new PublicException(PublicCode.REFUSED, objection.message(), "offer-" + objection.kind().label());
  }

  private Money.Settled settle(Call call) {
    var event = withDeposits(call);
    return switch (connected(money).deposits().settle(event.id())) {
      case SettleResult.Settled(var report, var waiting) -> new Money.Settled(event.id().toString(), report.done(),
          waiting.orElse(null), shown(event, report));
      case SettleResult.Refused(var reason) -> throw new PublicException(PublicCode.REFUSED, reason);
    };
  }

  private Money.Audit audit(Call call) {
    var event = withDeposits(call);
    Audit audit = deposits(money).audit(event.id()).orElseThrow();
    return new Money.Audit(event.id().toString(), audit.clean(), audit.complete(),
        audit.findings().stream().map(MoneyRoutes::shown).toList(),
        audit.pending().stream().map(MoneyRoutes::shown).toList());
  }

  private static Money.Finding shown(Finding finding) {
    return new Money.Finding(finding.kind().name().toLowerCase(java.util.Locale.ROOT),
        finding.person().map(DeviceId::toString).orElse(null), finding.message(),
        finding.proofs().stream().map(EntryId::toString).toList());
  }

  private Money.Report report(Call call) {
    var event = withDeposits(call);
    return shown(event, deposits(money).report(event.id()).orElseThrow());
  }

  /** The latest event first. */
  private Money.History history() {
    var deposits = deposits(money);
    return new Money.History(meetup.events().stream().filter(event -> DepositTerms.of(event).isPresent())
        .sorted(Comparator.comparingLong((MeetupEvent event) -> event.times().startsAtMillis()).reversed())
        .flatMap(event -> deposits.report(event.id()).flatMap(report -> mine(event, report)).stream()).toList());
  }

  private Optional<Money.Past> mine(MeetupEvent event, MoneyReport report) {
    return report.people().stream().filter(line -> line.person().equals(meetup.self())).findFirst()
        .map(line -> new Money.Past(event.id().toString(), event.details().title(), event.times().zone(),
            event.times().startsAtMillis(), report.own().map(own -> state(own.deposit())).orElse(line.state()),
            report.terms().deposit().value(), report.own().map(own -> own.deposit().fee().value()).orElse(0L),
            line.payout().value(), line.payoutState()));
  }

  private MeetupEvent withDeposits(Call call) {
    return withDeposits(EventRoutes.event(meetup, call.path("id")));
  }

  static MeetupEvent withDeposits(MeetupEvent event) {
    if (DepositTerms.of(event).isEmpty()) {
      throw new PublicException(PublicCode.REFUSED, "this event has no deposits");
    }
    return event;
  }

  private Money.Report shown(MeetupEvent event, MoneyReport report) {
    var nicknames = meetup.nicknames(event.group());
    List<Money.Line> lines = report.people().stream().map(line -> new Money.Line(line.person().toString(),
        nicknames.get(line.person()), line.present(), line.state(), line.held().value(), line.released().value(),
        line.forfeited().value(), line.payout().value(), line.payoutState())).toList();
    var own = report.own().map(mine -> new Money.Own(state(mine.deposit()), mine.deposit().amount().value(),
        mine.deposit().fee().value(), mine.received().value())).orElse(null);
    return new Money.Report(event.id().toString(), report.done(), report.terms().deposit().value(),
        report.pot().value(), report.paidOut().value(), report.fees().value(), report.reserveLeft().value(), lines,
        own);
  }

  /**
   * Everybody's deposit as the log says, this person's own as their own node knows it. Nothing is shown rather than
   * something wrong while that is not known yet.
   */
  Map<DeviceId, Events.Deposit> deposits(MeetupEvent event) {
    var deposits = new HashMap<DeviceId, Events.Deposit>();
    boolean none = money.get() instanceof ApiParts.MoneyState.None(var claims) && claims.isEmpty();
    if (DepositTerms.of(event).isEmpty() || none) {
      return deposits;
    }
    deposits(money).report(event.id()).ifPresent(report -> {
      for (var line : report.people()) {
        deposits.put(line.person(), new Events.Deposit(line.state(), says(line.state()),
            report.terms().deposit().value()));
      }
      report.own().ifPresent(own -> deposits.put(meetup.self(), shown(own.deposit())));
    });
    return deposits;
  }

  /** Somebody else's deposit, without looking at everybody's: phones ask for it again and again. */
  Optional<Events.Deposit> deposit(MeetupEvent event, DeviceId person) {
    boolean none = money.get() instanceof ApiParts.MoneyState.None(var claims) && claims.isEmpty();
    return none
        ? Optional.empty()
        : DepositTerms.of(event).flatMap(terms -> deposits(money).line(event.id(), person)
            .map(line -> new Events.Deposit(line.state(), says(line.state()), terms.deposit().value())));
  }

  private static String says(String state) {
    return switch (state) {
      case "offered" -> "offered, not locked yet";
      case "held" -> "held, not spent";
      case "released" -> "went back";
      case "collected" -> "forfeited: goes to those who came";
      default -> state;
    };
  }

  private static Events.Deposit shown(OwnDeposit own) {
    var says = switch (own.phase()) {
      case PAYING -> "on its way to the organiser's node";
      case HELD -> "held, not spent: comes back when you check in";
      case RELEASED -> "came back to you";
      case FAILED -> "not delivered, you can lock again" + (own.why().isBlank() ? "" : ": " + own.why());
      case FORFEITED -> "forfeited: goes to those who came";
    };
    return new Events.Deposit(state(own), says, own.amount().value());
  }

  private static String state(OwnDeposit own) {
    return switch (own.phase()) {
      case PAYING -> "paying";
      case HELD -> "held";
      case RELEASED -> "released";
      case FAILED -> "failed";
      case FORFEITED -> "collected";
    };
  }

  static Optional<Events.Terms> terms(MeetupEvent event) {
    return DepositTerms.of(event).map(MoneyRoutes::shown);
  }

  private static Events.Terms shown(DepositTerms terms) {
    var clock = terms.clock();
    return new Events.Terms(terms.deposit().value(), terms.mode(), clock.pledgeOpensAtMillis(),
        clock.lockOpensAtMillis(), clock.lockClosesAtMillis(), clock.checkInOpensAtMillis(),
        clock.checkInClosesAtMillis(), clock.appealsCloseAtMillis(), clock.payoutsCloseAtMillis(),
        terms.minimumPresent(), terms.finalCltvBlocks());
  }
}
