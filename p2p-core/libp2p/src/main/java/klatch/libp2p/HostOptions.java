package klatch.libp2p;

import java.time.InstantSource;
import java.util.List;

/**
 * What a host is made from.
 *
 * @param key the identity
 * @param listen addresses such as {@code /ip4/0.0.0.0/tcp/0}; port 0 picks a free one; empty for a host that only dials
 * @param agentVersion what identify says we are
 * @param clock numbers the signed address record; values only ever compare with others of the same peer
 */
public record HostOptions(Ed25519Key key, List<Multiaddr> listen, String agentVersion, Limits limits,
    InstantSource clock) {
  /** Longest agent version, so that an identify message stays small. */
  public static final int MAX_AGENT_VERSION_LENGTH = 128;

  public HostOptions {
    listen = List.copyOf(listen);
    if (agentVersion.length() > MAX_AGENT_VERSION_LENGTH) {
      throw new IllegalArgumentException(
          "agent version of " + agentVersion.length() + " characters, at most " + MAX_AGENT_VERSION_LENGTH);
    }
    for (Multiaddr address : listen) {
      if (!address.isTcp()) {
        throw new IllegalArgumentException("not a TCP listen address: " + address);
      }
    }
  }

  /** A host with this identity that does not listen, with the default limits and the system clock. */
  public static HostOptions of(Ed25519Key key) {
    return new HostOptions(key, List.of(), "klatch", Limits.DEFAULT, InstantSource.system());
  }

  /** Listens on these addresses, given as text. */
  public HostOptions listen(String... addresses) {
    try {
      List<Multiaddr> parsed = new java.util.ArrayList<>();
      for (String address : addresses) {
        parsed.add(Multiaddr.parse(address));
      }
      return new HostOptions(key, parsed, agentVersion, limits, clock);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public HostOptions agentVersion(String value) {
    return new HostOptions(key, listen, value, limits, clock);
  }

  public HostOptions limits(Limits value) {
    return new HostOptions(key, listen, agentVersion, value, clock);
  }

  public HostOptions clock(InstantSource value) {
    return new HostOptions(key, listen, agentVersion, limits, value);
  }
}
