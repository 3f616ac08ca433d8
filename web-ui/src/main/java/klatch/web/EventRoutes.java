package klatch.web;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import klatch.commitments.DepositTerms;
import klatch.log.TopicId;
import klatch.meetup.Attendee;
import klatch.meetup.ByteString;
import klatch.meetup.EventChange;
import klatch.meetup.EventCreated;
import klatch.meetup.EventDesk;
import klatch.meetup.EventDetails;
import klatch.meetup.EventId;
import klatch.meetup.EventVersion;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Picture;
import klatch.meetup.PresenceRule;
import klatch.meetup.Recurrence;
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
    routes.post("/events/dates", EventRoutes::dates);
    routes.get("/events/{id}", call -> detail(event(call)));
    routes.post("/events/{id}/cancel", this::cancel);
    routes.post("/events/{id}/edit", this::edit);
    routes.post("/events/{id}/rsvp", this::rsvp);
    routes.post("/events/{id}/withdraw", this::withdraw);
  }

  private Events.Created create(Call call) {
    var request = call.read(Events.Create.class);
    var cover = cover(request.cover());
    var group = group(request);
    var repeat = request.repeat();
    var rule = repeat == null ? null : Recurrence.parse(repeat);
    var drafts = (rule == null ? List.of(request.startsAtMillis()) : starts(rule, request)).stream()
        .map(start -> draft(EventClock.at(request, start), group)).toList();
    var events = drafts.stream().map(Draft::event).toList();
    var ids = rule == null
        ? List.of(meetup.createEvent(group, events.getFirst()).orThrow())
        : meetup.eventDesk().announce(group, rule, events).orThrow();
    ids.forEach(id -> place(id, request.hiddenPlace()));
    if (cover != null) {
      ids.forEach(id -> meetup.hosting().setCover(id, cover).orThrow());
    }
    return new Events.Created(ids.getFirst().toString(),
        drafts.stream().flatMap(draft -> draft.warnings().stream()).distinct().map(EventRoutes::warning).toList(),
        texts(ids));
  }

  private static Events.Warning warning(DepositTerms.Warning warning) {
    return new Events.Warning(warning.kind().name().toLowerCase(Locale.ROOT), warning.message());
  }

  /** An event that is to be announced. */
  private record Draft(EventCreated event, List<DepositTerms.Warning> warnings) {
  }

  private Draft draft(Events.Create request, TopicId group) {
    var times = EventClock.times(request);
    var draft = drafts.of(request);
    var details = new EventDetails(Call.required(request.title(), "title"), orEmpty(request.description()),
        orEmpty(request.place()), times, request.rsvpClosesAtMillis(), orZero(request.guestsPerPledge()),
        orNone(request.questions()));
    return new Draft(new EventCreated(details, request.capacity(), meetup.hosting().others(group), rule(request),
        draft.terms()), draft.warnings());
  }

  private static List<Long> starts(Recurrence rule, Events.Create request) {
    return rule.starts(request.startsAtMillis(), Recurrence.zone(Call.required(request.zone(), "zone")));
  }

  private static Events.DatesFound dates(Call call) {
    var request = call.read(Events.Dates.class);
    var rule = Recurrence.parse(Call.required(request.repeat(), "repeat"));
    return new Events.DatesFound(rule.text(),
        rule.starts(request.startsAtMillis(), Recurrence.zone(Call.required(request.zone(), "zone"))));
  }

  /** Unless it is said already; so it can be said again. */
  private void place(EventId id, @Nullable String hidden) {
    if (hidden != null && !meetup.hosting().place(id).equals(Optional.of(hidden))) {
      meetup.hosting().setPlace(id, hidden).orThrow();
    }
  }

  private static List<String> texts(List<EventId> ids) {
    return ids.stream().map(EventId::toString).toList();
  }

  private static EventDesk.Reach reach(@Nullable Boolean following) {
    return Boolean.TRUE.equals(following) ? EventDesk.Reach.FOLLOWING : EventDesk.Reach.ONE;
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
    var request = call.read(Events.Cancel.class);
    var ids = meetup.eventDesk().cancel(event.id(), orEmpty(request.reason()), reach(request.following())).orThrow();
    return new Events.Cancelled(event.id().toString(), texts(ids));
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
    var reach = reach(request.following());
    place(event.id(), request.hiddenPlace());
    cover(event.id(), request.cover());
    var ids = meetup.eventDesk().edit(event.id(), (one, anchor) -> edited(one, anchor, request),
        capacity(event, request, reach), reach).orThrow();
    ids.forEach(id -> place(id, request.hiddenPlace()));
    ids.stream().filter(id -> !id.equals(event.id())).forEach(id -> cover(id, request.cover()));
    int version = meetup.event(event.id()).orElseThrow().version().number();
    return new Events.Edited(event.id().toString(), version, texts(ids));
  }

  private void cover(EventId id, @Nullable String base64) {
    if (base64 != null) {
      meetup.hosting().setCover(id, cover(base64)).orThrow();
    }
  }

  /** What stays as it is here stays as it is in those that follow. */
  private static OptionalInt capacity(MeetupEvent event, Events.Edit request, EventDesk.Reach reach) {
    Integer asked = request.capacity();
    return asked == null || (reach == EventDesk.Reach.FOLLOWING && asked == event.capacity())
        ? OptionalInt.empty()
        : OptionalInt.of(asked);
  }

  /** The event that is meant as the request says; what follows it changed where that one changes, and in the same way. */
  private static EventDetails edited(MeetupEvent event, MeetupEvent anchor, Events.Edit request) {
    var before = anchor.details();
    var after = edited(before, request);
    if (event.id().equals(anchor.id())) {
      return after;
    }
    var own = event.details();
    var times = Recurrence.moved(own.times(), before.times(), after.times());
    return new EventDetails(changed(own.title(), before.title(), after.title()),
        changed(own.description(), before.description(), after.description()),
        changed(own.place(), before.place(), after.place()), times,
        EventClock.rsvpCloses(own, times, before, after),
        changed(own.guestsPerPledge(), before.guestsPerPledge(), after.guestsPerPledge()),
        changed(own.questions(), before.questions(), after.questions()));
  }

  private static <T> T changed(T own, T before, T after) {
    return before.equals(after) ? own : after;
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
        meetup.hosting().hidesPlace(event.id()), meetup.hosting().place(event.id()).orElse(null), siblings(event));
  }

  private List<Events.Sibling> siblings(MeetupEvent event) {
    return meetup.eventDesk().series(event.id()).stream().flatMap(series -> series.events().entrySet().stream())
        .flatMap(one -> meetup.event(one.getValue()).stream().map(sibling -> new Events.Sibling(sibling.id().toString(),
            one.getKey(), sibling.times().startsAtMillis(), sibling.cancelled())))
        .toList();
  }

  private Events.@Nullable Occurrence occurrence(MeetupEvent event) {
    return meetup.eventDesk().series(event.id())
        .map(series -> new Events.Occurrence(series.events().firstEntry().getValue().toString(),
            series.number(event.id()), series.of(), series.rule()))
        .orElse(null);
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
        reminders(event, yours), meetup.hosting().cover(event.id()).map(ByteString::toString).orElse(null),
        occurrence(event));
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
