package klatch.meetup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import klatch.libp2p.MalformedMessageException;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;
import org.jspecify.annotations.Nullable;

/**
 * What hosts do with each other: the founder makes co-hosts, an event's host hands seats to other ledgers, and their
 * holders give or return them. Safe for any number of threads, as {@link Meetup} is.
 */
public final class Hosting {
  private final LiveView live;
  private final Pen pen;

  Hosting(LiveView live, Pen pen) {
    this.live = live;
    this.pen = pen;
  }

  /** The co-hosts of a group, as of now. */
  public Set<DeviceId> coHosts(TopicId topic) {
    return live.read(view -> view.coHosts(topic));
  }

  /** Whether this device may create and edit events of the group. */
  public boolean mayHost(TopicId topic) {
    return live.read(view -> view.mayHost(topic, pen.self()));
  }

  /** The founder and the co-hosts without this device: who opens doors at an event of this device's besides itself. */
  public List<DeviceId> others(TopicId topic) {
    return live.read(view -> {
      Set<DeviceId> hosts = new TreeSet<>(view.coHosts(topic));
      view.group(topic).ifPresent(group -> hosts.add(group.founder()));
      hosts.remove(pen.self());
      return hosts.stream().limit(Limits.DOORS).toList();
    });
  }

  /**
   * Makes a person a co-host and, at this device's events that are still to come, a door.
   *
   * @return the entry
   */
  public Outcome<EntryId> grant(TopicId topic, DeviceId person) {
    return ofFounder(topic, view -> {
      if (person.equals(pen.self()) || view.coHosts(topic).contains(person)) {
        return Outcome.refused(Refusal.ROLE, person + " is a host already");
      }
      EntryId granted = pen.append(topic, new CoHostGranted(person, view.height(topic, person))).id();
      for (MeetupEvent event : view.events(topic)) {
        boolean open = !event.cancelled() && pen.clock().millis() < event.times().checkInClosesAtMillis();
        boolean mine = event.host().equals(pen.self());
        if (mine && open && !event.doors().contains(person) && event.doors().size() <= Limits.DOORS) {
          pen.append(topic, new DoorsAdded(event.id(), List.of(person)));
        }
      }
      return Outcome.done(granted);
    });
  }

  /** Takes the role back; what the person has made as a co-host stays, and so do the doors they are. */
  public Outcome<EntryId> revoke(TopicId topic, DeviceId person) {
    return ofFounder(topic, view -> view.coHosts(topic).contains(person)
        ? Outcome.done(pen.append(topic, new CoHostRevoked(person, view.height(topic, person))).id())
        : Outcome.refused(Refusal.ROLE, person + " is no co-host"));
  }

  private <T> Outcome<T> ofFounder(TopicId topic, Function<MeetupView, Outcome<T>> act) {
    return live.exclusively(() -> live.read(view -> {
      Optional<Group> group = view.group(topic);
      if (group.isEmpty()) {
        return Outcome.refused(Refusal.UNKNOWN_GROUP, "no group " + topic + " is known here");
      }
      if (!group.get().founder().equals(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER, "only " + group.get().founder() + " appoints co-hosts");
      }
      return act.apply(view);
    }));
  }

  /**
   * Says where an event of this device is, to nobody but those with a seat and the doors; who gets a seat later is told
   * then. Whoever has been told keeps it.
   */
  public Outcome<EntryId> setPlace(EventId id, String place) {
    PlaceSealed own = PlaceSealed.of(id, pen.self(), place);
    return ofOpenEvent(id, (view, event) -> event.host().equals(pen.self())
        ? Outcome.done(pen.append(event.group(), own).id())
        : Outcome.refused(Refusal.NOT_THE_ORGANISER, "only " + event.host() + " says where this event is"));
  }

  /**
   * Says with which picture an event of this device is shown.
   *
   * @param picture its bytes; null for none
   * @throws IllegalArgumentException if it is none that is taken
   */
  public Outcome<EntryId> setCover(EventId id, @Nullable ByteString picture) {
    if (picture != null) {
      Picture.of(picture);
    }
    return ofOpenEvent(id, (view, event) -> {
      if (!event.host().equals(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER, "only " + event.host() + " chooses this event's picture");
      }
      if (picture != null && !view.hasPicture(event.group(), Picture.name(picture))) {
        pen.append(event.group(), new PictureAdded(picture));
      }
      return Outcome.done(
          pen.append(event.group(), new CoverSet(id, picture == null ? null : Picture.name(picture))).id());
    });
  }

  /** The name of the picture with which an event is shown. */
  public Optional<ByteString> cover(EventId id) {
    return live.read(view -> view.cover(id));
  }

  /** Whether an event has a place that only those with a seat are told. */
  public boolean hidesPlace(EventId id) {
    return live.read(view -> view.hidesPlace(id));
  }

  /** The hidden place, as far as this device has been told. */
  public Optional<String> place(EventId id) {
    return live.read(view -> view.place(id, pen.self())).flatMap(sealed -> opened(pen, sealed));
  }

  private static Optional<String> opened(Pen pen, PlaceSealed sealed) {
    try {
      return Optional.of(sealed.open(pen.key()));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  /** Tells the hidden places of a device's events to those who have a seat now. */
  static void tellPlaces(Pen pen, MeetupView view, TopicId topic) {
    for (MeetupEvent event : view.events(topic)) {
      if (event.host().equals(pen.self()) && !event.cancelled()) {
        Optional<String> place = view.place(event.id(), pen.self()).flatMap(sealed -> opened(pen, sealed));
        place.ifPresent(text -> view.untold(event.id()).stream().filter(SealedBox::canSealTo)
            .forEach(reader -> pen.append(topic, PlaceSealed.of(event.id(), reader, text))));
      }
    }
  }

  /** Who else may give seats of an event. */
  public List<Quota> quotas(EventId id) {
    return live.read(view -> view.quotas(id));
  }

  /**
   * Hands free seats of an event of this device to another ledger, which gives them without asking.
   *
   * @return the quota's id
   */
  public Outcome<EntryId> delegate(EventId id, DeviceId to, int seats) {
    SeatsDelegated message = new SeatsDelegated(id, to, seats);
    return ofOpenEvent(id, (view, event) -> {
      if (!event.host().equals(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER, "only " + event.host() + " hands out seats of this event");
      }
      if (to.equals(pen.self()) || !isHost(view, event, to)) {
        return Outcome.refused(Refusal.ROLE, to + " is no other host of this group");
      }
      int free = view.open(id).free();
      return seats <= free
          ? Outcome.done(pen.append(event.group(), message).id())
          : Outcome.refused(Refusal.SEATS_TAKEN, free + " seats are free, " + seats + " cannot be handed out");
    });
  }

  private static boolean isHost(MeetupView view, MeetupEvent event, DeviceId device) {
    return view.coHosts(event.group()).contains(device)
        || view.group(event.group()).filter(group -> group.founder().equals(device)).isPresent();
  }

  /** Gives somebody with a pledge their seats out of this device's own quotas; needs nobody's answer. */
  public Outcome<EntryId> seat(EventId id, DeviceId attendee) {
    return ofOpenEvent(id, (view, event) -> {
      Optional<Seat> wish = view.seats(id).of(attendee);
      if (wish.isEmpty() || wish.get().status() == Seat.Status.WITHDRAWN || wish.get().leaving()) {
        return Outcome.refused(Refusal.NOT_PLEDGED, attendee + " has no RSVP for this event");
      }
      Seat seat = wish.get();
      if (seat.status() == Seat.Status.CONFIRMED) {
        return Outcome.refused(Refusal.ALREADY_PLEDGED, attendee + " has a seat already");
      }
      if (seat.guests() > event.details().guestsPerPledge()) {
        return Outcome.refused(Refusal.TOO_MANY_GUESTS, "an RSVP for this event may bring 0 to "
            + event.details().guestsPerPledge() + " guests, not " + seat.guests());
      }
      Optional<Quota> quota = mine(view, id).filter(own -> own.free() >= seat.seats()).findFirst();
      return quota.isPresent()
          ? Outcome.done(pen.append(event.group(), new SeatDecision(id, seat.pledge(), SeatOutcome.CONFIRMED,
              seat.seats(), null, quota.get().id())).id())
          : Outcome.refused(Refusal.SEATS_TAKEN,
              "your quotas have no " + seat.seats() + " free seats: " + mine(view, id).mapToInt(Quota::free).sum());
    });
  }

  /**
   * Returns free seats of this device's quotas to the event's host.
   *
   * @param most how many at most
   * @return how many there were
   */
  public Outcome<Integer> giveBack(EventId id, int most) {
    return ofOpenEvent(id, (view, event) -> {
      int returned = 0;
      for (Quota quota : mine(view, id).toList()) {
        int seats = Math.min(quota.free(), most - returned);
        if (seats > 0) {
          pen.append(event.group(), new SeatsReturned(id, quota.id(), seats));
          returned += seats;
        }
      }
      return Outcome.done(returned);
    });
  }

  private Stream<Quota> mine(MeetupView view, EventId id) {
    return view.quotas(id).stream().filter(quota -> quota.holder().equals(pen.self()));
  }

  @FunctionalInterface
  private interface Act<T> {
    Outcome<T> on(MeetupView view, MeetupEvent event);
  }

  private <T> Outcome<T> ofOpenEvent(EventId id, Act<T> act) {
    return live.exclusively(() -> live.read(view -> {
      Optional<MeetupEvent> event = view.event(id);
      if (event.isEmpty()) {
        return Outcome.refused(Refusal.UNKNOWN_EVENT, "no event " + id + " is known here");
      }
      if (event.get().cancelled()) {
        return Outcome.refused(Refusal.CANCELLED, "the event is called off");
      }
      if (pen.clock().millis() >= event.get().times().checkInClosesAtMillis()) {
        return Outcome.refused(Refusal.TOO_LATE,
            "check-in closed at " + event.get().times().checkInClosesAtMillis() + " (milliseconds since 1970)");
      }
      return act.on(view, event.get());
    }));
  }

  /** The lines that a device's ledgers lack in a group: as the host of its events, and as the holder of quotas. */
  static List<MeetupMessage> due(DeviceId self, long nowMillis, MeetupView view, TopicId topic) {
    List<MeetupMessage> lines = new ArrayList<>();
    for (MeetupEvent event : view.events(topic)) {
      EventId id = event.id();
      if (event.host().equals(self)) {
        lines.addAll(SeatLedger.decide(view.open(id), nowMillis));
        view.reclaimable(id).forEach(returned -> lines.add(new SeatsReclaimed(id, returned)));
      }
      if (!event.cancelled()) {
        lines.addAll(view.superfluous(id, self, nowMillis < event.times().checkInOpensAtMillis()));
      }
    }
    return lines;
  }
}
