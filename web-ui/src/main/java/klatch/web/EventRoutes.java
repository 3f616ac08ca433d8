package klatch.web;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import klatch.log.TopicId;
import klatch.meetup.Attendee;
import klatch.meetup.ByteString;
import klatch.meetup.EventChange;
import klatch.meetup.EventCreated;
import klatch.meetup.EventDetails;
import klatch.meetup.EventId;
import klatch.meetup.EventVersion;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Picture;
import klatch.meetup.PresenceRule;
import klatch.meetup.Reminder;
import klatch.meetup.Seat;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;

/** The routes about events and seats. */
record EventRoutes(Meetup meetup, TermsDraft drafts, MoneyRoutes money, Notes notes, InstantSource clock) {

  /** All that fits an entry; a photo of 1,024 × 576 pixels looks good in it. */
  private static final int COVER_BYTES = 60_000;

  void addTo(Routes routes) {
    routes.get("/events", _ -> new Events.EventList(meetup.events().stream()
        .filter(event -> !notes.leftAlone(event.group())).map(this::summary).toList()));
    routes.post("/events", this::create);
    routes.get("/events/{id}", call -> detail(event(call)));
    routes.post("/events/{id}/cancel", this::cancel);
    routes.post("/events/{id}/edit", this::edit);
    routes.post("/events/{id}/rsvp", this::rsvp);
    routes.post("/events/{id}/withdraw", this::withdraw);
  }

  private Events.Created create(Call call) {
    var request = call.read(Events.Create.class);
    var times = EventClock.times(request);
    var cover = cover(request.cover());
    var draft = drafts.of(request);
    var details = new EventDetails(Call.required(request.title(), "title"), orEmpty(request.description()),
        orEmpty(request.place()), times, request.rsvpClosesAtMillis(), orZero(request.guestsPerPledge()),
        orNone(request.questions()));
    var group = group(request);
    var event = new EventCreated(details, request.capacity(), meetup.hosting().others(group), rule(request),
        draft.terms());
    var id = meetup.createEvent(group, event).orThrow();
    if (request.hiddenPlace() != null) {
      meetup.hosting().setPlace(id, request.hiddenPlace()).orThrow();
    }
    if (cover != null) {
      meetup.hosting().setCover(id, cover).orThrow();
    }
    return new Events.Created(id.toString(), draft.warnings());
  }

  /** Checked before anything is written. */
  private static @Nullable ByteString cover(@Nullable String base64) {
    if (base64 == null || base64.isEmpty()) {
      return null;
    }
    var bytes = PeopleRoutes.bytes(base64, COVER_BYTES);
    Picture.of(bytes);
    return bytes;
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
    var request = call.read(Events.RsvpRequest.class);
    if (!meetup.people().profiles(event.group()).containsKey(meetup.self()) && meetup.people().own().isPresent()) {
      meetup.people().introduce(event.group(), "");
    }
    meetup.pledge(event.id(), orZero(request.guests()), orNone(request.answers())).orThrow();
    return rsvp(event);
  }

  private Events.Rsvp withdraw(Call call) {
    var event = event(call);
    meetup.withdraw(event.id()).orThrow();
    return rsvp(event);
  }

  private Events.Rsvp rsvp(MeetupEvent event) {
    return new Events.Rsvp(event.id().toString(), yourSeat(event.id()).map(EventRoutes::label).orElseThrow());
  }

  private Events.Edited edit(Call call) {
    var event = event(call);
    var request = call.read(Events.Edit.class);
    var capacity = request.capacity() == null ? OptionalInt.empty() : OptionalInt.of(request.capacity());
    if (request.hiddenPlace() != null
        && !meetup.hosting().place(event.id()).equals(Optional.of(request.hiddenPlace()))) {
      meetup.hosting().setPlace(event.id(), request.hiddenPlace()).orThrow();
    }
    if (request.cover() != null) {
      meetup.hosting().setCover(event.id(), cover(request.cover())).orThrow();
    }
    var version = meetup.editEvent(event.id(), details -> edited(details, request), capacity).orThrow();
    return new Events.Edited(event.id().toString(), version);
  }

  private static EventDetails edited(EventDetails details, Events.Edit request) {
    return new EventDetails(or(request.title(), details.title()), or(request.description(), details.description()),
        or(request.place(), details.place()), EventClock.moved(details.times(), request),
        EventClock.rsvpCloses(details, request), or(request.guestsPerPledge(), details.guestsPerPledge()),
        or(request.questions(), details.questions()));
  }

  private Events.Detail detail(MeetupEvent event) {
    var deposits = money.deposits(event);
    var answers = meetup.answers(event.id());
    var people = meetup.attendees(event.id()).stream().map(attendee -> person(attendee,
        Optional.ofNullable(deposits.get(attendee.device())), answers.get(attendee.device()))).toList();
    return new Events.Detail(summary(event), event.details().description(), event.host().toString(),
        event.times().checkInOpensAtMillis(), event.times().checkInClosesAtMillis(),
        event.cancellation().orElse(null), MoneyRoutes.terms(event).orElse(null), people, event.details().questions(),
        versions(event.versions()), meetup.hosting().mayHost(event.group()),
        meetup.hosting().quotas(event.id()).stream().map(QuotaRoutes::shown).toList(),
        meetup.hosting().hidesPlace(event.id()), meetup.hosting().place(event.id()).orElse(null));
  }

  private Events.Person person(Attendee attendee, Optional<Events.Deposit> deposit, @Nullable List<String> answers) {
    return new Events.Person(attendee.device().toString(), attendee.nickname().orElse(null),
        attendee.device().equals(meetup.self()), label(attendee.seat()),
        deposit.orElse(null), attendee.present(), attendee.seat().guests(), answers,
        notes.petname(attendee.device()).orElse(null),
        attendee.profile().flatMap(PeopleRoutes::picture).orElse(null));
  }

  private static List<Events.Version> versions(List<EventVersion> versions) {
    return IntStream.range(1, versions.size()).mapToObj(i -> {
      var version = versions.get(i);
      return new Events.Version(version.number(), version.atMillis(), version.author().toString(),
          shown(EventChange.between(versions.get(i - 1).details(), version.details())));
    }).toList();
  }

  private static List<Events.Change> shown(List<EventChange> changes) {
    return changes.stream().map(change -> new Events.Change(change.field().name().toLowerCase(Locale.ROOT),
        change.before(), change.after())).toList();
  }

  Events.Summary summary(MeetupEvent event) {
    var seats = meetup.seats(event.id());
    var details = event.details();
    var yours = seats.of(meetup.self());
    return new Events.Summary(event.id().toString(), event.group().toString(), details.title(), event.times().zone(),
        event.times().startsAtMillis(), event.times().endsAtMillis(), details.place(), event.capacity(),
        seats.taken(), seats.with(Seat.Status.WAITLISTED).stream().mapToInt(Seat::seats).sum(), event.cancelled(),
        MoneyRoutes.terms(event).map(Events.Terms::depositMsat).orElse(null), event.host().equals(meetup.self()),
        yours.map(EventRoutes::label).orElse(null), event.version().number(), details.rsvpClosesAtMillis(),
        details.guestsPerPledge(), shown(yours.map(seat -> event.changesSince(seat.seenVersion())).orElse(List.of())),
        reminders(event, yours), meetup.hosting().cover(event.id()).map(ByteString::toString).orElse(null));
  }

  private List<Events.Reminder> reminders(MeetupEvent event, Optional<Seat> yours) {
    boolean present = meetup.presence(event.id()).isPresent(meetup.self());
    long now = clock.millis();
    return Reminder.of(event, yours, present).stream()
        .map(reminder -> new Events.Reminder(reminder.kind().name().toLowerCase(Locale.ROOT),
            reminder.dueAtMillis(), reminder.untilMillis(), reminder.isDueAt(now)))
        .toList();
  }

  private Optional<Seat> yourSeat(EventId id) {
    return meetup.seats(id).of(meetup.self());
  }

  static String label(Seat seat) {
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

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }

  private static List<String> orNone(@Nullable List<String> texts) {
    return texts == null ? List.of() : texts;
  }

  private static <T> T or(@Nullable T asked, T otherwise) {
    return asked == null ? otherwise : asked;
  }
}
