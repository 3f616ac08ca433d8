package klatch.web;

import klatch.libp2p.Host;
import klatch.meetup.Encounter;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.checkin.CheckInReply;
import klatch.meetup.checkin.DoorCode;
import klatch.web.wire.Events;

/** The routes about the door: what it shows, and coming in. */
record DoorRoutes(Meetup meetup, CheckIn checkIn, Host host, MoneyRoutes money) {

  void addTo(Routes routes) {
    routes.get("/events/{id}/door", this::door);
    routes.post("/events/{id}/checkin", this::comeIn);
  }

  private Events.Door door(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    DoorCode code = checkIn.code(event.id()).orThrow();
    return new Events.Door(event.id().toString(), code.text(),
        Encounter.startMillis(code.epoch()) + Encounter.STEP_MILLIS);
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

  /** The code names its event itself; a person who scans the neighbour's door is told so. */
  private static void checkSameEvent(MeetupEvent event, String frame) {
    try {
      var scanned = DoorCode.parse(frame).event();
      if (!scanned.equals(event.id())) {
        throw PublicException.invalid("this code is for event " + scanned + ", not for " + event.id());
      }
    } catch (klatch.libp2p.MalformedMessageException e) {
      throw PublicException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private Events.CheckedIn checkedIn(MeetupEvent event) {
    return new Events.CheckedIn(event.id().toString(), meetup.presence(event.id()).isPresent(meetup.self()),
        money.deposits(event).get(meetup.self()));
  }
}
