package klatch.meetup;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import klatch.log.Entry;
import klatch.log.TopicId;

/**
 * What hosts say about their events: announce them, edit them, call them off; one, or those of a series from one on. What
 * is said about several is stored for all of them or for none. Safe for any number of threads, as {@link Meetup} is.
 */
public final class EventDesk {
  private final LiveView live;
  private final Pen pen;
  private final SecureRandom random = new SecureRandom();

  EventDesk(LiveView live, Pen pen) {
    this.live = live;
    this.pen = pen;
  }

  /** The series that an event belongs to; empty for one that was announced alone. */
  public Optional<Series> series(EventId id) {
    return live.read(view -> view.series(id));
  }

  /** Announces an event in a group whose host this device is. */
  public Outcome<EventId> announce(TopicId topic, EventCreated event) {
    return this.<EventId>refusal(topic, List.of(event))
        .orElseGet(() -> Outcome.done(new EventId(pen.append(topic, event).id())));
  }

  /**
   * Announces the events of a series, each for itself and all at once.
   *
   * @param events in the order of the rule, 2 to {@link Limits#SERIES_EVENTS}
   * @return in the same order
   */
  public Outcome<List<EventId>> announce(TopicId topic, Recurrence rule, List<EventCreated> events) {
    byte[] id = new byte[Limits.SERIES_ID_BYTES];
    random.nextBytes(id);
    Occurrence first = new Occurrence(ByteString.of(id), rule.text(), 1, events.size());
    List<EventCreated> numbered = IntStream.range(0, events.size())
        .mapToObj(i -> events.get(i).as(first.numbered(i + 1))).toList();
    return this.<List<EventId>>refusal(topic, numbered).orElseGet(() -> Outcome
        .done(pen.appendAll(topic, numbered).stream().map(Entry::id).map(EventId::new).toList()));
  }

  private <T> Optional<Outcome<T>> refusal(TopicId topic, List<EventCreated> events) {
    Optional<Group> group = live.read(view -> view.group(topic));
    if (group.isEmpty()) {
      return Optional.of(Outcome.refused(Refusal.UNKNOWN_GROUP, "no group " + topic + " is known here"));
    }
    if (!live.read(view -> view.mayHost(topic, pen.self()))) {
      return Optional.of(Outcome.refused(Refusal.NOT_THE_ORGANISER,
          "only " + group.get().founder() + " and co-hosts create events in this group"));
    }
    return events.stream().flatMap(event -> EventRules.<T>timing(event.times(), pen.clock().millis()).stream())
        .findFirst();
  }

  /** Calls an event off. */
  public Outcome<List<EventId>> cancel(EventId id, String reason, Reach reach) {
    return ofEvents(id, reach, (view, event, anchor) -> {
      boolean founder = view.group(event.group()).filter(group -> group.founder().equals(pen.self())).isPresent();
      if (!founder && !event.host().equals(pen.self())) {
        return Outcome.refused(Refusal.NOT_THE_ORGANISER,
            "only " + event.host() + " and the group's founder can call this event off");
      }
      return event.cancelled()
          ? Outcome.refused(Refusal.CANCELLED, "the event is called off already")
          : Outcome.done(List.of(new EventCancelled(event.id(), reason)));
    });
  }

  /** How an event should be. */
  @FunctionalInterface
  public interface Edit {
    /**
     * @param event  one of those that are edited, as it is now
     * @param anchor the one that the person has before them, as it is before the edit
     */
    EventDetails of(MeetupEvent event, MeetupEvent anchor);
  }

  /**
   * Edits events of a group whose host this device is; what reads the same as before is not written. If one of them cannot
   * be edited in this way, none is.
   *
   * @param capacity the seats there should be, which only the event's own host sets; empty to leave them
   * @return those that it was about, in their order
   */
  public Outcome<List<EventId>> edit(EventId id, Edit edit, OptionalInt capacity, Reach reach) {
    return ofEvents(id, reach, (view, event, anchor) -> {
      EventDetails edited = edit.of(event, anchor);
      int seats = capacity.orElse(event.capacity());
      Optional<Outcome<List<MeetupMessage>>> refused = EventRules
          .<List<MeetupMessage>>editing(event, view.mayHost(event.group(), pen.self()), edited, pen.clock().millis())
          .or(() -> EventRules.resizing(event, pen.self(), view.open(event.id()), seats));
      if (refused.isPresent()) {
        return refused.get();
      }
      List<MeetupMessage> lines = new ArrayList<>();
      if (seats != event.capacity()) {
        lines.add(new CapacitySet(event.id(), seats));
      }
      if (!edited.equals(event.details())) {
        lines.add(new EventEdited(event.id(), event.version().number() + 1, edited));
      }
      return Outcome.done(lines);
    });
  }

  /** How many events something is said about. */
  public enum Reach {
    /** The event itself, whether it is of a series or not. */
    ONE,
    /** The event, and all of its series with a higher number that are neither over nor called off. */
    FOLLOWING
  }

  /** What is to be said about one event. */
  @FunctionalInterface
  private interface Lines {
    Outcome<List<MeetupMessage>> about(MeetupView view, MeetupEvent event, MeetupEvent anchor);
  }

  /** One question and its answer at a time, so that two clicks do not edit twice. */
  private Outcome<List<EventId>> ofEvents(EventId id, Reach reach, Lines lines) {
    return live.exclusively(() -> live.read(view -> {
      Optional<MeetupEvent> anchor = view.event(id);
      if (anchor.isEmpty()) {
        return Outcome.refused(Refusal.UNKNOWN_EVENT, "no event " + id + " is known here");
      }
      List<MeetupMessage> all = new ArrayList<>();
      List<MeetupEvent> events = reached(view, anchor.get(), reach);
      for (MeetupEvent event : events) {
        switch (lines.about(view, event, anchor.get())) {
          case Outcome.Done<List<MeetupMessage>>(var said) -> all.addAll(said);
          case Outcome.Refused<List<MeetupMessage>>(var refusal, var words) -> {
            return Outcome.refused(refusal, which(view, event, events.size()) + words);
          }
        }
      }
      if (!all.isEmpty()) {
        pen.appendAll(anchor.get().group(), all);
      }
      return Outcome.done(events.stream().map(MeetupEvent::id).toList());
    }));
  }

  private List<MeetupEvent> reached(MeetupView view, MeetupEvent anchor, Reach reach) {
    Function<Series, List<MeetupEvent>> following = series -> series.from(anchor.id()).stream()
        .flatMap(id -> view.event(id).stream()).filter(event -> event.id().equals(anchor.id())
            || (!event.cancelled() && pen.clock().millis() < event.times().endsAtMillis()))
        .toList();
    return switch (reach) {
      case ONE -> List.of(anchor);
      case FOLLOWING -> view.series(anchor.id()).map(following).orElse(List.of(anchor));
    };
  }

  /** Names the event where the person may not know which one is meant. */
  private static String which(MeetupView view, MeetupEvent event, int events) {
    return events == 1
        ? ""
        : view.series(event.id()).map(series -> "number " + series.number(event.id()) + " of the series: ").orElse("");
  }
}
