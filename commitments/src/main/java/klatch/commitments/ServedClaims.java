package klatch.commitments;

import java.util.Optional;
import klatch.log.DeviceId;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;

/** Claims of people whom this node serves and whose keys are elsewhere: it only prepares what they sign. Thread-safe. */
final class ServedClaims {
  private final Surroundings parts;
  private final StatementBook book;

  /** The payout of one round that names somebody. */
  private record Due(int round, Payout payout, long closesAtMillis) {}

  ServedClaims(Surroundings parts, StatementBook book) {
    this.parts = parts;
    this.book = book;
  }

  /** Empty while nothing is due to this person. */
  Optional<ServedPayout> of(EventId event, DeviceId person) {
    return parts.meetup().event(event).flatMap(known -> DepositTerms.of(known).flatMap(terms -> {
      Statements said = book.of(event);
      return due(said, known.host(), terms, person).map(due -> new ServedPayout(due.round(),
          state(said, known.host(), due, person), due.payout().amount(), due.closesAtMillis()));
    }));
  }

  private static Optional<Due> due(Statements said, DeviceId host, DepositTerms terms, DeviceId person) {
    for (int round = said.rounds(host); round > 0; round--) {
      Said<DepositMessage.Round> statement = said.round(host, round).orElseThrow();
      Optional<Payout> payout = statement.message().payouts().stream().filter(one -> one.person().equals(person))
          .findFirst();
      if (payout.isPresent()) {
        return Optional.of(new Due(round, payout.get(), statement.timestampMillis() + terms.claimWindowMillis()));
      }
    }
    return Optional.empty();
  }

  private static ClaimView.State state(Statements said, DeviceId host, Due due, DeviceId person) {
    return said.outcome(host, due.round(), person).map(ended -> switch (ended) {
      case PayoutOutcome.Paid _ -> ClaimView.State.PAID;
      case PayoutOutcome.Unclaimed _ -> ClaimView.State.UNCLAIMED;
      case PayoutOutcome.Repriced _ -> ClaimView.State.NOTHING_DUE;
    }).orElseGet(() -> said.claim(host, person, due.round()).isPresent()
        ? ClaimView.State.CLAIMED
        : ClaimView.State.CLAIMABLE);
  }

  /** @param to an invoice, or a Lightning address, which is asked for one now */
  ClaimDraft draft(EventId event, DeviceId person, String to) {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return new ClaimDraft.Refused("no event with a deposit is known as " + event);
    }
    DeviceId host = known.get().host();
    Statements said = book.of(event);
    Optional<Due> due = due(said, host, terms.get(), person)
        .filter(one -> one.round() == said.rounds(host) && said.outcome(host, one.round(), person).isEmpty());
    if (due.isEmpty()) {
      return new ClaimDraft.Refused("nothing can be claimed now");
    }
    try {
      return ready(event, due.get(), to.strip());
    } catch (IllegalArgumentException e) {
      return new ClaimDraft.Refused(String.valueOf(e.getMessage()));
    }
  }

  private ClaimDraft ready(EventId event, Due due, String to) {
    String bolt11 = to;
    if (to.contains("@")) {
      switch (parts.addresses().fetch(parts.addresses().checked(to), due.payout().amount())) {
        case PayAddresses.Fetched.Invoice(var fetched) -> bolt11 = fetched;
        case PayAddresses.Fetched.Refused(var reason) -> {
          return new ClaimDraft.Refused(reason);
        }
        case PayAddresses.Fetched.Unreachable(var reason) -> {
          return new ClaimDraft.Refused(reason);
        }
      }
    }
    Lightning.Invoice invoice = parts.lightning().decode(bolt11);
    Optional<String> wrong = ClaimCheck.problem(invoice, due.payout(), parts.lightningClock().millis())
        .or(() -> parts.store().use(invoice.hash()).map(use -> "this invoice is in use for something else"));
    if (wrong.isPresent()) {
      return new ClaimDraft.Refused(wrong.get());
    }
    DepositMessage claim = new DepositMessage.Claim(event, due.round(), invoice.bolt11());
    return new ClaimDraft.Ready(DepositCodec.type(claim), ByteString.of(DepositCodec.encode(claim)));
  }
}
