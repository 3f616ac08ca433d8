package klatch.web;

import java.util.Locale;
import java.util.Objects;
import klatch.libp2p.Host;
import klatch.log.DeviceId;
import klatch.meetup.Encounter;
import klatch.meetup.Evidence;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Presence;
import klatch.meetup.PresenceRule;
import klatch.meetup.SignedEncounter;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.checkin.CheckInRefusal;
import klatch.meetup.checkin.CheckInReply;
import klatch.meetup.checkin.DoorCode;
import klatch.meetup.checkin.Frame;
import klatch.meetup.checkin.Scan;
import klatch.web.wire.Events;
import klatch.web.wire.PublicCode;
import org.jspecify.annotations.Nullable;

/** The routes about the door: what it shows, and coming in. */
record DoorRoutes(Meetup meetup, CheckIn checkIn, Host host, MoneyRoutes money, GuestListeners guests) {

  void addTo(Routes routes) {
    routes.get("/events/{id}/door", this::door);
    routes.post("/events/{id}/checkin", this::comeIn);
    routes.post("/events/{id}/scan", this::scan);
    routes.get("/events/{id}/presence", this::presence);
    routes.post("/events/{id}/by-hand", this::byHand);
    routes.post("/events/{id}/undo", this::undo);
  }

  private Events.Door door(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    DoorCode code = checkIn.code(event.id()).orThrow();
    return new Events.Door(event.id().toString(), code.text(),
        Encounter.startMillis(code.epoch()) + Encounter.STEP_MILLIS,
        guests.url(event.id()).map(code::url).orElse(null), isDoor(event),
        isDoor(event) && event.rule() == PresenceRule.DOOR);
  }

  private boolean isDoor(MeetupEvent event) {
    return event.doors().contains(meetup.self());
  }

  private Events.CheckedIn comeIn(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var frame = Call.required(call.read(Events.CheckIn.class).frame(), "frame");
    checkSameEvent(event, frame);
    return switch (checkIn.checkIn(host, frame)) {
      case CheckInReply.CheckedIn _ -> checkedIn(event);
      case CheckInReply.AlreadyCheckedIn _ -> checkedIn(event);
      case CheckInReply.Refused refused -> throw Faults.refused(refused);
    };
  }

  private Events.Scanned scan(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var frame = Call.required(call.read(Events.Scan.class).frame(), "frame");
    checkSameEvent(event, frame);
    return switch (checkIn.scanned(frame)) {
      case Scan.Answered answered -> new Told(event, "answered", answered.other(), answered.frame().text(),
          answered.untilMillis()).told(meetup);
      case Scan.Signed(var signed, var closing) ->
        new Told(event, "signed", other(signed), closing.text(), null).told(meetup);
      case Scan.Done(var signed) -> new Told(event, "done", other(signed), null, null).told(meetup);
      case Scan.Already(var signed) -> new Told(event, "already", other(signed), null, null).told(meetup);
      case Scan.Refused(var refusal, var message) ->
        throw Faults.refused(new CheckInReply.Refused(refusal, message));
    };
  }

  private DeviceId other(SignedEncounter signed) {
    var encounter = signed.encounter();
    return encounter.keyA().equals(meetup.self()) ? encounter.keyB() : encounter.keyA();
  }

  /** An answer to a scan before the names are added. */
  private record Told(MeetupEvent event, String step, DeviceId other, @Nullable String frame,
      @Nullable Long untilMillis) {
    Events.Scanned told(Meetup meetup) {
      var presence = meetup.presence(event.id());
      return new Events.Scanned(event.id().toString(), step, other.toString(),
          meetup.nicknames(event.group()).get(other), frame, untilMillis, presence.isPresent(other),
          presence.isPresent(meetup.self()));
    }
  }

  private Events.PresenceReport presence(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var presence = meetup.presence(event.id());
    var nicknames = meetup.nicknames(event.group());
    var people = presence.people().entrySet().stream().filter(met -> !event.doors().contains(met.getKey()))
        .map(met -> new Events.Met(met.getKey().toString(), nicknames.get(met.getKey()), met.getValue().present(),
            met.getValue().counted().size(), met.getValue().needed(),
            met.getValue().byHand().stream().map(DeviceId::toString).sorted().toList(),
            says(event, presence, met.getKey())))
        .toList();
    return new Events.PresenceReport(event.id().toString(),
        event.rule().name().toLowerCase(Locale.ROOT), people,
        presence.overstretched().stream().map(DeviceId::toString).toList(),
        presence.adrift().stream().map(group -> group.stream().map(DeviceId::toString).toList()).toList(),
        presence.undone().stream().map(DeviceId::toString).toList());
  }

  private Events.LetIn byHand(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var request = call.read(Events.ByHand.class);
    var person = GroupRoutes.person(request.person());
    boolean written = meetup.doorkeeping()
        .byHand(event.id(), person, Objects.requireNonNullElse(request.reason(), "")).orThrow();
    return new Events.LetIn(event.id().toString(), person.toString(), meetup.isPresent(event.id(), person), written);
  }

  private Events.Undone undo(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var request = call.read(Events.Undo.class);
    var person = DeviceId.parse(Call.required(request.person(), "person"));
    meetup.doorkeeping().undo(event.id(), person, Objects.requireNonNullElse(request.reason(), "")).orThrow();
    return new Events.Undone(event.id().toString(), person.toString(),
        meetup.presence(event.id()).isPresent(person));
  }

  private static String says(MeetupEvent event, Presence presence, DeviceId person) {
    var evidence = presence.evidence(person).orElseThrow();
    if (evidence.present()) {
      var byDoor = evidence.counted().isEmpty() ? "let in by hand, by a door's word alone" : "met the door";
      return event.rule() == PresenceRule.DOOR ? byDoor : counted(evidence);
    }
    if (presence.adrift().stream().anyMatch(group -> group.contains(person))) {
      return "met only people who have no path to a door";
    }
    if (!evidence.witnessed()) {
      return event.rule() == PresenceRule.DOOR
          ? "has not met the door"
          : "has met neither the door nor somebody whom it has met and whose word counts";
    }
    return counted(evidence);
  }

  private static String counted(Evidence evidence) {
    return "encounters that count: " + evidence.counted().size() + ", needed: " + evidence.needed();
  }

  /** The code names its event itself; a person who scans the neighbour's door is told so. */
  private static void checkSameEvent(MeetupEvent event, String frame) {
    try {
      var scanned = Frame.parse(frame).event();
      if (!scanned.equals(event.id())) {
        throw new PublicException(PublicCode.INVALID, "this code is for event " + scanned + ", not for " + event.id(),
            CheckInRefusal.FOREIGN_EVENT.code());
      }
    } catch (klatch.libp2p.MalformedMessageException e) {
      throw new PublicException(PublicCode.INVALID, String.valueOf(e.getMessage()), CheckInRefusal.MALFORMED.code());
    }
  }

  private Events.CheckedIn checkedIn(MeetupEvent event) {
    return new Events.CheckedIn(event.id().toString(), meetup.presence(event.id()).isPresent(meetup.self()),
        money.deposits(event).get(meetup.self()));
  }
}
