package klatch.web;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import klatch.commitments.DepositTerms;
import klatch.log.DeviceId;
import klatch.meetup.ByteString;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.web.wire.Events;
import klatch.web.wire.PublicCode;

/** The routes about deposits, and what the other routes show of them. */
record MoneyRoutes(Meetup meetup, Optional<ApiParts.Money> money, InstantSource clock) {

  /** The signed terms of a new event; empty bytes for one without deposits. */
  record Draft(ByteString terms, List<String> warnings) {}

  void addTo(Routes routes) {
  }

  /** What an organiser asks for, or a refusal with the numbers. */
  Draft draft(Events.Create request) {
    if (request.depositMsat() == null) {
      EventClock.refuseWithoutDeposit(request);
      return new Draft(ByteString.EMPTY, List.of());
    }
    var escrow = escrow().lightning().status();
    int minimumPresent = request.minimumPresent() == null ? 1 : request.minimumPresent();
    var draft = DepositTerms.draft(request.depositMsat(), EventClock.deposits(request, clock.millis()), minimumPresent,
        escrow.nodeId(), DepositTerms.CLAIM_WINDOW);
    return switch (draft) {
      case DepositTerms.Draft.Refused(var reason) -> throw new PublicException(PublicCode.REFUSED, reason);
      case DepositTerms.Draft.Accepted(var terms, var warnings) -> {
        DepositTerms.tooLargeFor(terms.deposit(), escrow).ifPresent(reason -> {
          throw new PublicException(PublicCode.REFUSED, reason);
        });
        yield new Draft(terms.encode(), warnings);
      }
    };
  }

  private ApiParts.Money escrow() {
    return money.orElseThrow(() -> new PublicException(PublicCode.UNAVAILABLE,
        "no Lightning node connected: deposits need one; start the node with --bitcoind-url"));
  }

  Optional<Events.Terms> terms(MeetupEvent event) {
    return DepositTerms.of(event).map(MoneyRoutes::shown);
  }

  private static Events.Terms shown(DepositTerms terms) {
    var clock = terms.clock();
    return new Events.Terms(terms.deposit().value(), terms.mode(), clock.pledgeOpensAtMillis(),
        clock.lockOpensAtMillis(), clock.lockClosesAtMillis(), clock.checkInOpensAtMillis(),
        clock.checkInClosesAtMillis(), clock.appealsCloseAtMillis(), clock.payoutsCloseAtMillis(),
        terms.minimumPresent(), terms.finalCltvBlocks());
  }

  Optional<Events.Deposit> deposit(MeetupEvent event, DeviceId person) {
    return Optional.empty();
  }
}
