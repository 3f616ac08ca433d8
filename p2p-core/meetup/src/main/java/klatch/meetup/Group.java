package klatch.meetup;

import java.util.List;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/** A group as its founding entry says. */
public record Group(TopicId topic, DeviceId founder, String name, String description, List<String> tags,
    Access access, long createdAtMillis) {
}
