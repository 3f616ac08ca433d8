package klatch.commitments;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import klatch.commitments.journal.CommitmentStore;
import klatch.log.DeviceId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Presence;

/** Reads a {@link MoneyReport} out of the log, and this device's own part out of the journal. */
final class MoneyView {
  private MoneyView() {}

  /** Empty if the event is not known or has no deposit. */
  static Optional<MoneyReport> of(Surroundings parts, StatementBook book, EventId event) {
    return parts.meetup().event(event).flatMap(known -> DepositTerms.of(known)
        .map(terms -> of(known, terms, book.of(event), parts.meetup().presence(event), parts.store())));
  }

  /** One person's line of the report, without reading everybody else's; empty if there is none. */
  static Optional<MoneyReport.Line> line(Surroundings parts, StatementBook book, EventId event, DeviceId person) {
    Optional<MeetupEvent> known = parts.meetup().event(event).filter(of -> DepositTerms.of(of).isPresent());
    if (known.isEmpty()) {
      return Optional.empty();
    }
    DeviceId host = known.get().host();
    Statements said = book.of(event);
    return said.offer(host, person).isPresent() || said.held(host, person).isPresent()
        ? Optional.of(line(host, person, said, parts.meetup().isPresent(event, person)))
        : Optional.empty();
  }

  static MoneyReport of(MeetupEvent event, DepositTerms terms, Statements said, Presence presence,
      CommitmentStore store) {
    DeviceId host = event.host();
    Set<DeviceId> people = new LinkedHashSet<>();
    said.all(host, DepositMessage.Offer.class).forEach(s -> people.add(s.message().person()));
    said.all(host, DepositMessage.HeldReceipt.class).forEach(s -> people.add(s.message().person()));
    List<MoneyReport.Line> lines = new ArrayList<>();
    people.forEach(person -> lines.add(line(host, person, said, presence.isPresent(person))));
    Msat pot = Msat.ZERO;
    for (Said<DepositMessage.Collected> collected : said.all(host, DepositMessage.Collected.class)) {
      pot = pot.plus(collected.message().amount());
    }
    Msat paidOut = Msat.ZERO;
    Msat fees = Msat.ZERO;
    for (Said<DepositMessage.Paid> paid : said.all(host, DepositMessage.Paid.class)) {
      paidOut = paidOut.plus(paid.message().amount());
      fees = fees.plus(paid.message().fee());
    }
    boolean done = said.first(host, DepositMessage.Report.class).isPresent();
    Msat spent = paidOut.plus(fees);
    Msat left = pot.compareTo(spent) >= 0 ? pot.minus(spent) : Msat.ZERO;
    return new MoneyReport(event.id(), terms, done, pot, paidOut, fees, left, lines, own(event, store));
  }

  private static MoneyReport.Line line(DeviceId host, DeviceId person, Statements said, boolean present) {
    Msat held = said.held(host, person).map(s -> s.message().amount()).orElse(Msat.ZERO);
    boolean released = said.released(host, person).isPresent();
    Optional<Msat> collected = said.collected(host, person).map(s -> s.message().amount());
    String state = said.held(host, person).isPresent() ? "held" : "offered";
    state = released ? "released" : state;
    state = collected.isPresent() ? "collected" : state;
    Msat payout = said.all(host, DepositMessage.Paid.class).stream().map(Said::message)
        .filter(p -> p.person().equals(person)).map(DepositMessage.Paid::amount).reduce(Msat.ZERO, Msat::plus);
    return new MoneyReport.Line(person, state, present, held, released ? held : Msat.ZERO,
        collected.orElse(Msat.ZERO), payout, payoutState(host, person, said));
  }

  /** This person's own, with the times in the log. */
  static OwnMoney own(MeetupEvent event, Statements said, Optional<OwnDeposit> own, DeviceId self, ClaimView claim) {
    DeviceId host = event.host();
    boolean offered = said.offer(host, self).isPresent() || said.held(host, self).isPresent();
    String logged = offered ? line(host, self, said, false).state() : "";
    OptionalLong ended = said.released(host, self).<Said<?>>map(s -> s).or(() -> said.collected(host, self))
        .map(s -> OptionalLong.of(s.timestampMillis())).orElseGet(OptionalLong::empty);
    List<OwnMoney.Arrived> payouts = said.all(host, DepositMessage.Paid.class).stream()
        .filter(s -> s.message().person().equals(self))
        .map(s -> new OwnMoney.Arrived(s.message().round(), s.message().amount(), s.timestampMillis())).toList();
    return new OwnMoney(own.map(MoneyView::state).orElse(logged), ended, claim, payouts);
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

  private static String payoutState(DeviceId host, DeviceId person, Statements said) {
    for (int number = said.rounds(host); number > 0; number--) {
      boolean named = said.round(host, number).orElseThrow().message().payouts().stream()
          .anyMatch(p -> p.person().equals(person));
      if (named) {
        Optional<PayoutOutcome> outcome = said.outcome(host, number, person);
        if (outcome.isEmpty()) {
          return said.claim(host, person, number).isPresent() ? "claimed" : "claimable";
        }
        return switch (outcome.get()) {
          case PayoutOutcome.Paid _ -> "paid";
          case PayoutOutcome.Unclaimed _ -> "unclaimed";
          case PayoutOutcome.Repriced _ -> "claimable";
        };
      }
    }
    return "";
  }

  private static Optional<MoneyReport.Own> own(MeetupEvent event, CommitmentStore store) {
    return store.ownDeposit(event.id()).map(deposit -> {
      List<OwnClaim> claims = List.copyOf(store.ownClaims(event.id()).values());
      Msat received = claims.stream().filter(OwnClaim::received).map(OwnClaim::amount).reduce(Msat.ZERO, Msat::plus);
      return new MoneyReport.Own(deposit, received, claims.size());
    });
  }
}
