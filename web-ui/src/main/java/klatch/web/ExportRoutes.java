package klatch.web;

import java.util.List;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Seat;
import klatch.web.wire.Exports;

/** The routes by which events leave for other programs: calendars and spreadsheets. */
record ExportRoutes(Meetup meetup) {

  void addTo(Routes routes) {
    routes.get("/calendar", _ -> new Exports.Calendar(calendar()));
    routes.get("/events/{id}/calendar",
        call -> new Exports.Calendar(CalendarText.of(List.of(entry(EventRoutes.event(meetup, call.path("id")))))));
    routes.get("/events/{id}/guest-list", this::guestList);
  }

  /** All of this person's events as an iCalendar file. */
  String calendar() {
    return CalendarText.of(meetup.events().stream().filter(this::mine).map(this::entry).toList());
  }

  /** What this person comes to, or has announced. */
  private boolean mine(MeetupEvent event) {
    return event.host().equals(meetup.self()) || meetup.seats(event.id()).of(meetup.self())
        .filter(seat -> seat.status() != Seat.Status.WITHDRAWN && seat.status() != Seat.Status.DECLINED).isPresent();
  }

  private CalendarText.Entry entry(MeetupEvent event) {
    var first = meetup.eventDesk().series(event.id()).map(series -> series.events().values().iterator().next())
        .filter(sibling -> !sibling.equals(event.id()));
    return new CalendarText.Entry(event, meetup.hosting().place(event.id()).orElse(event.details().place()), first);
  }

  private Exports.GuestList guestList(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    return new Exports.GuestList(event.id().toString(), GuestList.csv(meetup.attendees(event.id()),
        event.details().questions(), meetup.answers(event.id())));
  }
}
