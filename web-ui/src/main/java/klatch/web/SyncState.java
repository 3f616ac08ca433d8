package klatch.web;

import java.util.OptionalLong;

/**
 * How it stands between this node and its peers.
 *
 * @param heardAgoMillis how long ago a peer was last heard of in a sync; empty if none was since the start
 * @param waiting        what is to be sent and was not yet
 */
public record SyncState(OptionalLong heardAgoMillis, int waiting) {
  /** Before anything has happened. */
  public static final SyncState NONE = new SyncState(OptionalLong.empty(), 0);
}
