package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.TopicId;

/** A group as its founding entry says. */
public record Group(TopicId topic, DeviceId founder, String name, String description, long createdAtMillis) {
}
