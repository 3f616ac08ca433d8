package klatch.web;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import klatch.log.TopicId;
import klatch.meetup.Attendee;
import klatch.meetup.EventCreated;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.PresenceRule;
import klatch.meetup.Seat;
import klatch.web.wire.Events;

/** The routes about events and seats. */
record EventRoutes(Meetup meetup, TermsDraft drafts, MoneyRoutes money) {

  void addTo(Routes routes) {
    routes.get("/events", _ -> new Events.EventList(meetup.events().stream().map(this::summary).toList()));
    routes.post("/events", this::create);
    routes.get("/events/{id}", call -> detail(event(call)));
    routes.post("/events/{id}/cancel", this::cancel);
    routes.post("/events/{id}/rsvp", this::rsvp);
  }

  private Events.Created create(Call call) {
    var request = call.read(Events.Create.class);
    var times = EventClock.times(request);
    var draft = drafts.of(request);
    var event = new EventCreated(Call.required(request.title(), "title"), orEmpty(request.description()),
        orEmpty(request.place()), times, request.capacity(), List.of(), rule(request), draft.terms());
    var id = meetup.createEvent(group(request), event).orThrow();
    return new Events.Created(id.toString(), draft.warnings());
  }

  private static PresenceRule rule(Events.Create request) {
    var presence = Objects.requireNonNullElse(request.presence(), "door");
    return switch (presence) {
      case "door" -> PresenceRule.DOOR;
      case "peers" -> PresenceRule.PEERS;
      default -> throw PublicException.invalid("presence is 'door' or 'peers', not '" + Faults.cut(presence) + "'");
    };
  }

  private TopicId group(Events.Create request) {
    if (request.group() != null) {
      return GroupRoutes.topic(request.group());
    }
    var yours = meetup.groups().stream().filter(group -> group.founder().equals(meetup.self())).toList();
    if (yours.size() != 1) {
      throw PublicException
          .invalid("the field 'group' is missing, and you have founded " + yours.size() + " groups, not one");
    }
    return yours.getFirst().topic();
  }

  private Events.Cancelled cancel(Call call) {
    var event = event(call);
    meetup.cancelEvent(event.id(), orEmpty(call.read(Events.Cancel.class).reason())).orThrow();
    return new Events.Cancelled(event.id().toString());
  }

  private Events.Rsvp rsvp(Call call) {
    var event = event(call);
    meetup.pledge(event.id()).orThrow();
    return new Events.Rsvp(event.id().toString(), yourSeat(event.id()).map(EventRoutes::label).orElseThrow());
  }

  private Events.Detail detail(MeetupEvent event) {
    var deposits = money.deposits(event);
    var people = meetup.attendees(event.id()).stream()
        .map(attendee -> person(attendee, Optional.ofNullable(deposits.get(attendee.device())))).toList();
    return new Events.Detail(summary(event), event.details().description(), event.host().toString(),
        event.times().checkInOpensAtMillis(), event.times().checkInClosesAtMillis(),
        event.cancellation().orElse(null), MoneyRoutes.terms(event).orElse(null), people);
  }

  private Events.Person person(Attendee attendee, Optional<Events.Deposit> deposit) {
    return new Events.Person(attendee.device().toString(), attendee.nickname().orElse(null),
        attendee.device().equals(meetup.self()), label(attendee.seat()),
        deposit.orElse(null), attendee.present());
  }

  private Events.Summary summary(MeetupEvent event) {
    var seats = meetup.seats(event.id());
    var details = event.details();
    return new Events.Summary(event.id().toString(), event.group().toString(), details.title(), event.times().zone(),
        event.times().startsAtMillis(), event.times().endsAtMillis(), details.place(), details.capacity(),
        seats.taken(), seats.with(Seat.Status.WAITLISTED).size(), event.cancelled(),
        MoneyRoutes.terms(event).map(Events.Terms::depositMsat).orElse(null), event.host().equals(meetup.self()),
        yourSeat(event.id()).map(EventRoutes::label).orElse(null));
  }

  private Optional<Seat> yourSeat(EventId id) {
    return meetup.seats(id).of(meetup.self());
  }

  private static String label(Seat seat) {
    return switch (seat.status()) {
      case REQUESTED -> "undecided";
      case CONFIRMED -> seat.leaving() ? "leaving" : "confirmed";
      case WAITLISTED -> "waitlisted";
      case DECLINED -> "declined";
      case WITHDRAWN -> "withdrawn";
    };
  }

  private MeetupEvent event(Call call) {
    return event(meetup, call.path("id"));
  }

  /** The event meant by a path. */
  static MeetupEvent event(Meetup meetup, String id) {
    EventId parsed;
    try {
      parsed = EventId.parse(id);
    } catch (IllegalArgumentException e) {
      throw PublicException.invalid("an event's id is 64 hex digits, not '" + Faults.cut(id) + "'");
    }
    return meetup.event(parsed).orElseThrow(() -> PublicException.notFound("no event " + id + " is known here"));
  }

  private static String orEmpty(@org.jspecify.annotations.Nullable String text) {
    return text == null ? "" : text;
  }
}
