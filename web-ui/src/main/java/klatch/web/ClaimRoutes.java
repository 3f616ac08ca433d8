package klatch.web;

import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.commitments.ClaimTarget;
import klatch.commitments.ClaimView;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.web.wire.Claims;
import klatch.web.wire.PublicCode;

/** The routes by which a person says where their payouts are to go. */
record ClaimRoutes(Meetup meetup, Supplier<ApiParts.MoneyState> money) {

  void addTo(Routes routes) {
    routes.get("/claims", _ -> open());
    routes.get("/events/{id}/claim", call -> shown(event(call).id()));
    routes.post("/events/{id}/claim", this::choose);
  }

  private MeetupEvent event(Call call) {
    return MoneyRoutes.withDeposits(EventRoutes.event(meetup, call.path("id")));
  }

  private Claims.Open open() {
    Deposits deposits = MoneyRoutes.deposits(money);
    return new Claims.Open(meetup.events().stream()
        .filter(event -> !event.host().equals(meetup.self()) && DepositTerms.of(event).isPresent())
        .flatMap(event -> deposits.claim(event.id()).stream()).filter(ClaimRoutes::waits).map(ClaimRoutes::shown)
        .sorted(Comparator.comparing(claim -> Objects.requireNonNullElse(claim.closesAtMillis(), Long.MAX_VALUE)))
        .toList());
  }

  private static boolean waits(ClaimView claim) {
    return claim.state() == ClaimView.State.CLAIMABLE || claim.state() == ClaimView.State.CLAIMED;
  }

  private Claims.Claim choose(Call call) {
    EventId event = event(call).id();
    Claims.Choose wanted = call.read(Claims.Choose.class);
    boolean byCode = Boolean.TRUE.equals(wanted.byCode());
    boolean here = Boolean.TRUE.equals(wanted.here());
    String to = wanted.to();
    int ways = (to == null ? 0 : 1) + (byCode ? 1 : 0) + (here ? 1 : 0);
    if (ways != 1) {
      throw PublicException.invalid("say exactly one of 'to', 'byCode' and 'here', not " + ways);
    }
    Deposits deposits = MoneyRoutes.deposits(money);
    Optional<String> refused = to != null
        ? deposits.claimTo(event, to)
        : byCode ? deposits.claimByCode(event) : deposits.claimHere(event);
    refused.ifPresent(reason -> {
      throw new PublicException(PublicCode.REFUSED, reason, "claim");
    });
    return shown(event);
  }

  private Claims.Claim shown(EventId event) {
    return shown(MoneyRoutes.deposits(money).claim(event).orElseThrow());
  }

  private static Claims.Claim shown(ClaimView claim) {
    String way = switch (claim.target()) {
      case ClaimTarget.OwnNode _ -> "here";
      case ClaimTarget.Invoice _ -> "invoice";
      case ClaimTarget.Address _ -> "address";
      case ClaimTarget.Code _ -> "code";
    };
    String address = claim.target() instanceof ClaimTarget.Address(var text) ? text : null;
    return new Claims.Claim(claim.event().toString(), claim.state().name().toLowerCase(Locale.ROOT), claim.round(),
        claim.amount().value(), claim.round() == 0 ? null : claim.closesAtMillis(), way, address,
        claim.problem().orElse(null), claim.code().orElse(null));
  }
}
