package klatch.libp2p;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a host is made from.
 *
 * @param key the identity
 * @param listen addresses such as {@code /ip4/0.0.0.0/tcp/0}; port 0 picks a free one; empty for a host that only dials
 * @param agentVersion what identify says we are
 * @param clock numbers the signed address record and ages the peerstore
 * @param peerstoreFile where to keep what is known of peers over restarts; in memory only if empty
 * @param earlyMuxer whether the handshake agrees on the muxer too, which saves a round trip; off only to test against others
 * @param security how connections are encrypted, the preferred way first
 */
public record HostOptions(PrivateKey key, List<Multiaddr> listen, String agentVersion, Limits limits,
    InstantSource clock, Optional<Path> peerstoreFile, boolean earlyMuxer, List<Security> security) {
  /** Longest agent version, so that an identify message stays small. */
  public static final int MAX_AGENT_VERSION_LENGTH = 128;

  public HostOptions {
    listen = List.copyOf(listen);
    security = List.copyOf(security);
    if (security.isEmpty()) {
      throw new IllegalArgumentException("no way to encrypt connections");
    }
    if (agentVersion.length() > MAX_AGENT_VERSION_LENGTH) {
      throw new IllegalArgumentException(
          "agent version of " + agentVersion.length() + " characters, at most " + MAX_AGENT_VERSION_LENGTH);
    }
  }

  /** A host with this identity that does not listen, with the default limits and the system clock. */
  public static HostOptions of(PrivateKey key) {
    return new HostOptions(key, List.of(), "klatch", Limits.DEFAULT, InstantSource.system(), Optional.empty(), true,
        List.of(Security.NOISE, Security.TLS));
  }

  /** Listens on these addresses, given as text. */
  public HostOptions listen(String... addresses) {
    try {
      List<Multiaddr> parsed = new ArrayList<>();
      for (String address : addresses) {
        parsed.add(Multiaddr.parse(address));
      }
      return new HostOptions(key, parsed, agentVersion, limits, clock, peerstoreFile, earlyMuxer, security);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  public HostOptions agentVersion(String value) {
    return new HostOptions(key, listen, value, limits, clock, peerstoreFile, earlyMuxer, security);
  }

  public HostOptions limits(Limits value) {
    return new HostOptions(key, listen, agentVersion, value, clock, peerstoreFile, earlyMuxer, security);
  }

  public HostOptions clock(InstantSource value) {
    return new HostOptions(key, listen, agentVersion, limits, value, peerstoreFile, earlyMuxer, security);
  }

  public HostOptions peerstoreFile(Path value) {
    return new HostOptions(key, listen, agentVersion, limits, clock, Optional.of(value), earlyMuxer, security);
  }

  public HostOptions earlyMuxer(boolean value) {
    return new HostOptions(key, listen, agentVersion, limits, clock, peerstoreFile, value, security);
  }

  /** Encrypts connections in these ways only, the preferred one first. */
  public HostOptions security(Security... values) {
    return new HostOptions(key, listen, agentVersion, limits, clock, peerstoreFile, earlyMuxer, List.of(values));
  }
}
