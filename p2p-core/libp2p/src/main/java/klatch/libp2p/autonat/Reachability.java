package klatch.libp2p.autonat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.protocol.IpGroup;

/**
 * What servers said of our addresses, each server's network counted once, so that one machine with many names cannot decide. An address is
 * decided when more than three agree, and those who agree are the larger part. Safe for any thread.
 */
public final class Reachability {
  /** Servers that must agree, by the specification's suggestion: more than three. */
  public static final int AGREEING = 4;
  /** Addresses remembered; the oldest are forgotten. */
  static final int MAX_ADDRESSES = 64;
  /** Servers remembered of one address; the oldest are forgotten, so that a change shows. */
  static final int MAX_SERVERS = 16;

  /** What is known of one address. */
  public enum Verdict {
    UNKNOWN, REACHABLE, UNREACHABLE
  }

  private final LinkedHashMap<Multiaddr, LinkedHashMap<IpGroup, Boolean>> said = new LinkedHashMap<>();

  /** Enters what one server found. */
  public synchronized void add(Multiaddr address, IpGroup server, boolean reachable) {
    LinkedHashMap<IpGroup, Boolean> votes = said.computeIfAbsent(address, a -> new LinkedHashMap<>());
    votes.putLast(server, reachable);
    if (votes.size() > MAX_SERVERS) {
      votes.pollFirstEntry();
    }
    if (said.size() > MAX_ADDRESSES) {
      said.pollFirstEntry();
    }
  }

  public synchronized Verdict of(Multiaddr address) {
    Map<Boolean, Integer> counts = new HashMap<>();
    said.getOrDefault(address, new LinkedHashMap<>()).values().forEach(vote -> counts.merge(vote, 1, Integer::sum));
    int yes = counts.getOrDefault(true, 0);
    int no = counts.getOrDefault(false, 0);
    if (yes >= AGREEING && yes > no) {
      return Verdict.REACHABLE;
    }
    return no >= AGREEING && no > yes ? Verdict.UNREACHABLE : Verdict.UNKNOWN;
  }

  /** The addresses that others can dial. */
  public synchronized List<Multiaddr> reachable() {
    return said.keySet().stream().filter(address -> of(address) == Verdict.REACHABLE).toList();
  }
}
