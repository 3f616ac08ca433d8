package klatch.meetup;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/**
 * An event as the organiser's log says.
 *
 * @param host the organiser's device, author of the event
 * @param createdAtMillis the organiser's clock when signing
 * @param cancellation the reason, once the event is called off
 */
public record MeetupEvent(EventId id, TopicId group, DeviceId host, EventCreated details, long createdAtMillis,
    Optional<String> cancellation) {
  public boolean cancelled() {
    return cancellation.isPresent();
  }

  public EventTimes times() {
    return details.times();
  }

  /** The terms exactly as the organiser signed them; empty when there are none. */
  public ByteString terms() {
    return details.terms();
  }

  /** Devices whose word counts at the door: the organiser's and those the event names. */
  public Set<DeviceId> doors() {
    Set<DeviceId> doors = new HashSet<>(details.doors());
    doors.add(host);
    return Set.copyOf(doors);
  }
}
