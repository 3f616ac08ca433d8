package klatch.libp2p.simulation;

import klatch.libp2p.gossipsub.GossipsubParameters;
import klatch.libp2p.gossipsub.ScoreParameters;

/**
 * What a run begins with.
 *
 * @param dials connections that each peer dials to peers drawn at random; it is dialled as often by others
 * @param seed everything random follows from it
 */
public record Setup(int peers, int dials, long seed, Conditions conditions, GossipsubParameters parameters,
    ScoreParameters scoring, Attack attack) {

  /**
   * Who attacks.
   *
   * @param share of all peers that attack, from 0 to 1
   * @param onePeer the attackers, besides taking part like anybody, all connect to the first peer
   */
  public record Attack(Kind kind, double share, boolean onePeer) {
    public static final Attack NONE = new Attack(Kind.ECLIPSE, 0, false);
  }

  /** What attackers do, besides grafting everybody against every backoff and passing nothing on. */
  public enum Kind {
    /** Nothing: they take up the places of neighbours. */
    ECLIPSE,
    /** They send invalid messages, and announce messages that there are not. */
    SPAM
  }

  /** Everybody honest, ten connections dialled each, over the internet. */
  public static Setup of(int peers, long seed) {
    return new Setup(peers, Math.min(10, Math.max(1, peers / 4)), seed, Conditions.INTERNET,
        GossipsubParameters.DEFAULT, ScoreParameters.VENUE, Attack.NONE);
  }

  public Setup attack(Attack value) {
    return new Setup(peers, dials, seed, conditions, parameters, scoring, value);
  }

  public Setup conditions(Conditions value) {
    return new Setup(peers, dials, seed, value, parameters, scoring, attack);
  }

  public Setup parameters(GossipsubParameters value) {
    return new Setup(peers, dials, seed, conditions, value, scoring, attack);
  }
}
