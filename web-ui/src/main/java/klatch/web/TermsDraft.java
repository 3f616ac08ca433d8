package klatch.web;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import klatch.commitments.DepositTerms;
import klatch.meetup.ByteString;
import klatch.web.wire.Events;
import klatch.web.wire.PublicCode;

/** Makes the signed terms of a new event out of what its organiser asks for, or refuses it with the numbers. */
record TermsDraft(Supplier<ApiParts.MoneyState> money, InstantSource clock) {
  private static final int DEFAULT_MINIMUM_PRESENT = 1;

  /**
   * @param terms    empty for an event without deposits
   * @param warnings what the organiser should know
   */
  record Draft(ByteString terms, List<DepositTerms.Warning> warnings) {}

  Draft of(Events.Create request) {
    if (request.depositMsat() == null) {
      EventClock.refuseWithoutDeposit(request);
      return new Draft(ByteString.EMPTY, List.of());
    }
    var escrow = MoneyRoutes.connected(money).lightning().status();
    int minimumPresent = request.minimumPresent() == null ? DEFAULT_MINIMUM_PRESENT : request.minimumPresent();
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
}
