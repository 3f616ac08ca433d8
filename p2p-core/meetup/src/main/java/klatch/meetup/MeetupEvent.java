package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/**
 * An event as the logs of its hosts say.
 *
 * @param host the device that created the event and keeps its seat ledger
 * @param created what that device signed at first
 * @param capacity seats there are now
 * @param versions of the details, oldest first; never empty
 * @param doors devices whose word counts at the door: the host's and those it has named
 * @param createdAtMillis the host's clock when signing
 * @param cancellation the reason, once the event is called off
 */
public record MeetupEvent(EventId id, TopicId group, DeviceId host, EventCreated created, int capacity,
    List<EventVersion> versions, Set<DeviceId> doors, long createdAtMillis, Optional<String> cancellation) {
  public MeetupEvent {
    versions = List.copyOf(versions);
    doors = Set.copyOf(doors);
  }

  /** An event that nobody has edited. */
  public MeetupEvent(EventId id, TopicId group, DeviceId host, EventCreated created, long createdAtMillis,
      Optional<String> cancellation) {
    this(id, group, host, created, created.capacity(),
        List.of(new EventVersion(EventVersion.FIRST, host, createdAtMillis, created.details())),
        doors(host, created), createdAtMillis, cancellation);
  }

  public boolean cancelled() {
    return cancellation.isPresent();
  }

  /** The version that counts. */
  public EventVersion version() {
    return versions.getLast();
  }

  /** What the event is like now. */
  public EventDetails details() {
    return version().details();
  }

  public EventTimes times() {
    return details().times();
  }

  public PresenceRule rule() {
    return created.rule();
  }

  /** The terms exactly as the host signed them; empty when there are none. */
  public ByteString terms() {
    return created.terms();
  }

  private static Set<DeviceId> doors(DeviceId host, EventCreated created) {
    Set<DeviceId> doors = new HashSet<>(created.doors());
    doors.add(host);
    return doors;
  }

  /**
   * What reads otherwise now than in the version that somebody had before them when they pledged.
   *
   * @param version as in {@link Seat#seenVersion}; one that is not known is compared as the newest
   */
  public List<EventChange> changesSince(int version) {
    return versions.stream().filter(known -> known.number() == version)
        .flatMap(known -> EventChange.between(known.details(), details()).stream()).toList();
  }
}
