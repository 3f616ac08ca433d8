package klatch.web;

import klatch.meetup.Meetup;
import klatch.meetup.Quota;
import klatch.web.wire.Events;

/** The routes by which hosts share the seats of an event, so that each can give some without asking. */
record QuotaRoutes(Meetup meetup) {

  void addTo(Routes routes) {
    routes.post("/events/{id}/quotas", this::delegate);
    routes.post("/events/{id}/quotas/return", this::giveBack);
    routes.post("/events/{id}/seats", this::seat);
  }

  private Events.Delegated delegate(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var request = call.read(Events.Delegate.class);
    var quota = meetup.hosting().delegate(event.id(), GroupRoutes.person(request.person()), request.seats()).orThrow();
    return new Events.Delegated(event.id().toString(), quota.toString());
  }

  private Events.Returned giveBack(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var seats = call.read(Events.Return.class).seats();
    int returned = meetup.hosting().giveBack(event.id(), seats == null ? Integer.MAX_VALUE : seats).orThrow();
    return new Events.Returned(event.id().toString(), returned);
  }

  private Events.SeatGiven seat(Call call) {
    var event = EventRoutes.event(meetup, call.path("id"));
    var person = GroupRoutes.person(call.read(Events.GiveSeat.class).person());
    meetup.hosting().seat(event.id(), person).orThrow();
    return new Events.SeatGiven(event.id().toString(), person.toString(),
        EventRoutes.label(meetup.seats(event.id()).of(person).orElseThrow()));
  }

  static Events.Quota shown(Quota quota) {
    return new Events.Quota(quota.id().toString(), quota.holder().toString(), quota.seats(), quota.taken(),
        quota.returned());
  }
}
