package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The event {@code line} of {@code GET /api/v1/live}: how it stands between this node and the others.
 *
 * @param peers         how many are connected
 * @param syncedAgoMillis how long ago one of them was last heard of in a sync; absent if none was since the start
 * @param waiting       what is to be sent and was not yet: logs for the peers there are; entries of this person's own if
 *                      there are none
 * @param lightning     none, starting or running
 * @param nowMillis     the node's clock
 * @param unseen        notices that this person has not seen
 */
public record LiveLine(int peers, @Nullable Long syncedAgoMillis, int waiting, String lightning, long nowMillis,
    int unseen) {
  /** A clock that is off by more has been set, or jumps in a rehearsal. */
  private static final long JUMP_MILLIS = 2_000;

  /** Whether a person would read the same as so long ago; the times go on by themselves. */
  public boolean saysTheSame(LiveLine other, long passedMillis) {
    return Math.abs(nowMillis - other.nowMillis - passedMillis) < JUMP_MILLIS && peers == other.peers
        && waiting == other.waiting && unseen == other.unseen && lightning.equals(other.lightning)
        && (syncedAgoMillis == null) == (other.syncedAgoMillis == null);
  }

  /**
   * The event {@code changed}.
   *
   * @param groups  in which something new was stored
   * @param money   whether this person's deposits or payouts, or the Lightning node, are not as they were
   * @param notices whether there are other notices, or others of them are seen
   */
  public record Changed(List<String> groups, boolean money, boolean notices) {}
}
