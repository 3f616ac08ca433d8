package klatch.web;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.log.TopicPolicy;
import klatch.meetup.PrivateGroups;

/**
 * Who may have what: members of a private group its entries, everybody those of the others. Of a private group that was
 * joined and has not arrived yet only its founder and the inviter hear anything.
 */
public final class Sharing implements TopicPolicy {
  private final PrivateGroups groups;
  private final Notes notes;
  /** A group that was founded for everybody stays so; these need not be looked up again. */
  private final Set<TopicId> forEverybody = ConcurrentHashMap.newKeySet();

  public Sharing(PrivateGroups groups, Notes notes) {
    this.groups = groups;
    this.notes = notes;
  }

  @Override
  public boolean shares(DeviceId peer, TopicId topic) {
    if (notes.leftAlone(topic)) {
      return false;
    }
    if (forEverybody.contains(topic)) {
      return true;
    }
    var invite = notes.invite(topic);
    var may = groups.mayRead(peer, topic);
    if (may.isPresent() && may.get() && invite.isEmpty() && groups.isPublic(topic)) {
      forEverybody.add(topic);
    }
    return may.orElseGet(() -> invite
        .map(taken -> peer.equals(taken.founderId()) || peer.equals(taken.inviterId())).orElse(true));
  }
}
