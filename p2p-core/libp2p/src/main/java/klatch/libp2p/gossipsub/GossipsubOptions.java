package klatch.libp2p.gossipsub;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;

/**
 * What {@link Gossipsub} is started with.
 *
 * @param key signs one's own messages; the host's own key
 * @param directPeers peers agreed upon by the people who run both (GossipSub 1.1, "Explicit Peering Agreements")
 * @param writeTimeout how long a peer may take nothing of what is sent to it before it is given up
 */
public record GossipsubOptions(PrivateKey key, GossipsubParameters parameters, ScoreParameters scoring,
    SignaturePolicy signatures, MessageIdFunction ids, Set<PeerId> directPeers, Duration writeTimeout,
    RandomGenerator random) {

  public GossipsubOptions {
    directPeers = Set.copyOf(directPeers);
    if (writeTimeout.isNegative() || writeTimeout.isZero()) {
      throw new IllegalArgumentException("write timeout " + writeTimeout);
    }
  }

  /** Signed messages, the specification's parameters and message ids, scores for a venue. */
  public static GossipsubOptions of(PrivateKey key) {
    return new GossipsubOptions(key, GossipsubParameters.DEFAULT, ScoreParameters.VENUE, SignaturePolicy.STRICT_SIGN,
        MessageIdFunction.AUTHOR_AND_NUMBER, Set.of(), Duration.ofSeconds(20), new SecureRandom());
  }

  public GossipsubOptions parameters(GossipsubParameters value) {
    return new GossipsubOptions(key, value, scoring, signatures, ids, directPeers, writeTimeout, random);
  }

  public GossipsubOptions scoring(ScoreParameters value) {
    return new GossipsubOptions(key, parameters, value, signatures, ids, directPeers, writeTimeout, random);
  }

  /** Without signatures ids come from the content. */
  public GossipsubOptions signatures(SignaturePolicy value) {
    return new GossipsubOptions(key, parameters, scoring, value,
        value == SignaturePolicy.STRICT_NO_SIGN ? MessageIdFunction.CONTENT_HASH : ids, directPeers, writeTimeout,
        random);
  }

  public GossipsubOptions ids(MessageIdFunction value) {
    return new GossipsubOptions(key, parameters, scoring, signatures, value, directPeers, writeTimeout, random);
  }

  public GossipsubOptions directPeers(Set<PeerId> value) {
    return new GossipsubOptions(key, parameters, scoring, signatures, ids, value, writeTimeout, random);
  }

  public GossipsubOptions writeTimeout(Duration value) {
    return new GossipsubOptions(key, parameters, scoring, signatures, ids, directPeers, value, random);
  }
}
