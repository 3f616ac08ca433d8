package klatch.web;

import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import klatch.commitments.ClaimDraft;
import klatch.commitments.ClaimView;
import klatch.commitments.OfferResult;
import klatch.libp2p.Host;
import klatch.log.DeviceId;
import klatch.meetup.Attendee;
import klatch.meetup.ByteString;
import klatch.meetup.LastAsGuest;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Seat;
import klatch.meetup.guest.GuestDesk;
import klatch.meetup.guest.GuestReply;
import klatch.meetup.guest.GuestWish;
import klatch.web.wire.Events;
import klatch.web.wire.Guests;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/** What guests without a node may ask: about one event, and about whoever they say they are. Nothing needs a secret but a signature. */
record GuestRoutes(GuestDesk desk, Meetup meetup, Host host, Supplier<ApiParts.MoneyState> money, InstantSource clock) {
  private static final int SIGNATURE_DIGITS = 128;
  private static final long MILLIS = 1_000;

  void addTo(Routes routes) {
    routes.get("/event", _ -> event());
    routes.get("/me/{person}", call -> me(GroupRoutes.person(call.path("person"))));
    routes.get("/pictures/{name}", this::picture);
    routes.post("/wish", this::wish);
    routes.post("/signed", this::signed);
    routes.post("/code", BrowserRoutes::draw);
  }

  private MeetupEvent known() {
    return meetup.event(desk.event()).orElseThrow(() -> PublicException.notFound("this event is not known here"));
  }

  private Guests.Event event() {
    var event = known();
    var details = event.details();
    return new Guests.Event(details.title(), details.description(), details.place(), event.times().zone(),
        event.times().startsAtMillis(), event.times().endsAtMillis(),
        meetup.nickname(event.group(), event.host()).orElse(null),
        event.capacity(), meetup.seats(event.id()).taken(), event.cancelled(), details.guestsPerPledge(),
        details.questions(), MoneyRoutes.terms(event).orElse(null), event.times().checkInOpensAtMillis(),
        event.times().checkInClosesAtMillis(), clock.millis(), event.host().toString(), cover().orElse(null),
        face(event).orElse(null));
  }

  private Optional<String> cover() {
    return meetup.hosting().cover(desk.event()).map(ByteString::toString);
  }

  private Optional<String> face(MeetupEvent event) {
    return Optional.ofNullable(meetup.people().profiles(event.group()).get(event.host()))
        .flatMap(PeopleRoutes::picture);
  }

  /** The event's own and its host's; a guest sees no other. */
  private FileAnswer picture(Call call) {
    var name = PeopleRoutes.pictureName(call);
    if (!Stream.concat(cover().stream(), face(known()).stream()).toList().contains(name.toString())) {
      throw PublicException.notFound("this event is not shown with a picture " + name);
    }
    return PeopleRoutes.picture(meetup, name);
  }

  private Guests.Me me(DeviceId person) {
    var event = known();
    Optional<Attendee> attendee = meetup.attendee(event.id(), person);
    var deposit = new MoneyRoutes(meetup, money).deposit(event, person).orElse(null);
    return new Guests.Me(meetup.nickname(event.group(), person).orElse(null),
        attendee.map(Attendee::seat).map(EventRoutes::label).orElse(null),
        attendee.map(Attendee::present).orElse(false), attendee.flatMap(this::place).orElse(null), deposit,
        attendee.isEmpty() ? null : offer(event, person, deposit), payout(event, person),
        meetup.people().lastAsGuest(person).flatMap(this::moved).orElse(null));
  }

  private Optional<Guests.Moved> moved(LastAsGuest last) {
    return meetup.group(last.topic()).map(group -> new Guests.Moved(last.topic().toString(), last.sequence(),
        last.entry().toString(),
        new InviteCode(last.topic(), group.founder(), meetup.self(), null, null, GroupRoutes.addresses(host)).text()));
  }

  private Guests.@Nullable Payout payout(MeetupEvent event, DeviceId person) {
    if (!(money.get() instanceof ApiParts.MoneyState.Running(var running))) {
      return null;
    }
    return running.deposits().servedPayout(event.id(), person)
        .filter(payout -> payout.state() != ClaimView.State.NOTHING_DUE)
        .map(payout -> new Guests.Payout(payout.round(), payout.state().name().toLowerCase(Locale.ROOT),
            payout.amount().value(),
            payout.closesAtMillis()))
        .orElse(null);
  }

  private Optional<String> place(Attendee attendee) {
    return attendee.seat().status() == Seat.Status.CONFIRMED ? meetup.hosting().place(desk.event()) : Optional.empty();
  }

  private Guests.@Nullable Offer offer(MeetupEvent event, DeviceId person, Events.@Nullable Deposit deposit) {
    boolean open = deposit != null && deposit.state().equals("offered");
    if (!open || !(money.get() instanceof ApiParts.MoneyState.Running(var running))) {
      return null;
    }
    return running.deposits().offer(event.id(), person) instanceof OfferResult.Open offer
        ? new Guests.Offer(offer.bolt11(), offer.amount().value(), offer.expiresAtEpochSecond() * MILLIS,
            offer.lockClosesAtMillis())
        : null;
  }

  private Guests.ToSign wish(Call call) {
    var request = call.read(Guests.Wish.class);
    var guest = GroupRoutes.person(request.person());
    return switch (desk.wish(guest, wish(guest, request))) {
      case GuestReply.ToSign(var bytes) -> new Guests.ToSign(HexFormat.of().formatHex(bytes.bytes()));
      case GuestReply.Refused(var code, var message) -> throw new PublicException(PublicCode.REFUSED, message, code);
      case GuestReply.Done _ -> throw new IllegalStateException("a wish is never done before it is signed");
    };
  }

  private GuestWish wish(DeviceId guest, Guests.Wish request) {
    return switch (Call.required(request.wish(), "wish").toLowerCase(Locale.ROOT)) {
      case "name" -> new GuestWish.Name(Call.required(request.nickname(), "nickname"));
      case "seat" -> new GuestWish.Seat(request.guests() == null ? 0 : request.guests(),
          request.answers() == null ? List.of() : request.answers());
      case "back" -> new GuestWish.GiveBack();
      case "in" -> new GuestWish.ComeIn(Call.required(request.frame(), "frame"));
      case "move" -> new GuestWish.Move();
      case "claim" -> claim(guest, Call.required(request.to(), "to"));
      default -> throw PublicException.invalid("a wish is name, seat, back, in, claim or move");
    };
  }

  private GuestWish claim(DeviceId guest, String to) {
    return switch (MoneyRoutes.connected(money).deposits().servedClaim(desk.event(), guest, to)) {
      case ClaimDraft.Ready(var type, var payload) -> new GuestWish.Statement(type, payload);
      case ClaimDraft.Refused(var message) -> throw new PublicException(PublicCode.REFUSED, message, "claim");
    };
  }

  private Guests.Done signed(Call call) {
    var request = call.read(Guests.Signed.class);
    var guest = GroupRoutes.person(request.person());
    var signature = Call.required(request.signature(), "signature");
    if (signature.length() != SIGNATURE_DIGITS) {
      throw PublicException.invalid("a signature has " + SIGNATURE_DIGITS + " hex digits, not " + signature.length());
    }
    return switch (desk.signed(guest, ByteString.of(HexFormat.of().parseHex(signature)))) {
      case GuestReply.Done _ -> new Guests.Done(true);
      case GuestReply.Refused(var code, var message) -> throw new PublicException(PublicCode.REFUSED, message, code);
      case GuestReply.ToSign _ -> throw new IllegalStateException("nothing is left to sign");
    };
  }
}
