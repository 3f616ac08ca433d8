package klatch.libp2p;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How much each peer matters: when there are more connections than the high water mark, those of the least valued unprotected peers are closed.
 * Safe for any thread.
 */
public final class PeerTags {
  /** Peers that may have tags; past it new ones are not noted, so that names cannot fill the memory. */
  private static final int MAX_PEERS = 10_000;
  private final Map<PeerId, Map<String, Integer>> values = new HashMap<>();
  private final Map<PeerId, Set<String>> protections = new HashMap<>();

  /** Values {@code peer} with {@code value} more, under a name; a new value replaces the old one of the same name. */
  public synchronized void tag(PeerId peer, String name, int value) {
    if (values.containsKey(peer) || values.size() < MAX_PEERS) {
      values.computeIfAbsent(peer, p -> new HashMap<>()).put(name, value);
    }
  }

  public synchronized void untag(PeerId peer, String name) {
    values.computeIfPresent(peer, (p, tags) -> {
      tags.remove(name);
      return tags.isEmpty() ? null : tags;
    });
  }

  /** Keeps the connections of {@code peer} whatever happens, until every name that protects it is gone. */
  public synchronized void protect(PeerId peer, String name) {
    protections.computeIfAbsent(peer, p -> new HashSet<>()).add(name);
  }

  public synchronized void unprotect(PeerId peer, String name) {
    protections.computeIfPresent(peer, (p, names) -> {
      names.remove(name);
      return names.isEmpty() ? null : names;
    });
  }

  public synchronized boolean isProtected(PeerId peer) {
    return protections.containsKey(peer);
  }

  /** The sum of all tags; 0 without any. */
  public synchronized int value(PeerId peer) {
    return values.getOrDefault(peer, Map.of()).values().stream().mapToInt(Integer::intValue).sum();
  }
}
