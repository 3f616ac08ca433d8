package klatch.web;

import klatch.log.DeviceId;
import klatch.log.LogStore;
import klatch.meetup.Meetup;
import klatch.meetup.PersonTopic;

/**
 * Has the node want what the people whom its person follows say, and the public groups that they show: at the start, and
 * as they show more.
 */
final class Following implements AutoCloseable {
  private final Meetup meetup;
  private final NodeControl node;
  private final LogStore.Subscription subscription;

  Following(Meetup meetup, NodeControl node) {
    this.meetup = meetup;
    this.node = node;
    this.subscription = meetup.onChange(topics -> node.notes().followed().stream()
        .filter(person -> topics.contains(PersonTopic.of(person))).forEach(this::wantGroups));
    node.notes().followed().forEach(this::want);
  }

  /** From now on. */
  void want(DeviceId person) {
    node.want(PersonTopic.of(person));
    wantGroups(person);
  }

  private void wantGroups(DeviceId person) {
    meetup.people().shown(person).forEach(node::want);
  }

  @Override
  public void close() {
    subscription.close();
  }
}
