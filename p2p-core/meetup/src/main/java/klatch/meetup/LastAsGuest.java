package klatch.meetup;

import klatch.log.EntryId;
import klatch.log.TopicId;

/** Where a guest took their key away: the {@link KeyMoved} with which their log at hosts' nodes ended. */
public record LastAsGuest(TopicId topic, long sequence, EntryId entry) {}
