package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import klatch.log.TopicId;

/**
 * On a person's own topic: the public groups that they want whoever follows them to find. Their newest list counts.
 *
 * @param groups at most {@link Limits#GROUPS_SHOWN}, none twice
 */
public record GroupsShown(List<TopicId> groups) implements MeetupMessage {
  public GroupsShown {
    groups = List.copyOf(groups);
    Limits.within(groups.size(), 0, Limits.GROUPS_SHOWN, "number of groups shown");
    if (new HashSet<>(groups).size() != groups.size()) {
      throw new IllegalArgumentException("a group is shown twice");
    }
  }
}
