package klatch.libp2p.gossipsub;

import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import klatch.libp2p.PeerId;

/**
 * How peers are scored (GossipSub 1.1, "Peer Scoring"). {@link #VENUE} is the default, and docs/spec/gossipsub.md says why: at a venue many
 * honest peers share one address, say little, and come and go.
 *
 * @param topics parameters of single topics
 * @param otherTopics parameters of every other topic
 * @param topicScoreCap most that all topics together can add; 0 for no cap
 * @param decayMillis how often counters decay
 * @param decayToZero a counter below this is 0
 * @param retainMillis how long the score of a peer that has gone is remembered
 */
public record ScoreParameters(Thresholds thresholds, Map<String, Topic> topics, Topic otherTopics, double topicScoreCap,
    Application application, Colocation colocation, Behaviour behaviour, long decayMillis, double decayToZero,
    long retainMillis) {

  /**
   * What a score means.
   *
   * @param gossip below it no gossip is sent or heeded; negative
   * @param publish below it own messages are not sent to the peer; at most {@code gossip}
   * @param graylist below it everything from the peer is ignored; below {@code publish}
   * @param opportunisticGraft a mesh whose median is below it takes in better peers; not negative
   */
  public record Thresholds(double gossip, double publish, double graylist, double opportunisticGraft) {
    public static final Thresholds DEFAULT = new Thresholds(-10, -50, -80, 1);

    public Thresholds {
      if (!(gossip < 0 && publish <= gossip && graylist < publish && opportunisticGraft >= 0)) {
        throw new IllegalArgumentException("thresholds gossip " + gossip + ", publish " + publish + ", graylist "
            + graylist + ", opportunistic graft " + opportunisticGraft);
      }
    }
  }

  /** One topic's part of a score: P1 to P4. */
  public record Topic(double weight, TimeInMesh timeInMesh, FirstDeliveries firstDeliveries,
      MeshDeliveries meshDeliveries, Decaying failures, Decaying invalid) {

    /** P1: a little for every {@code quantumMillis} in the mesh, up to {@code cap} quanta. */
    public record TimeInMesh(double weight, long quantumMillis, double cap) {
    }

    /** P2: for every message the peer was the first to bring, up to {@code cap}. */
    public record FirstDeliveries(double weight, double decay, double cap) {
    }

    /**
     * P3: for what is missing of {@code threshold} deliveries, squared, once the peer has been in the mesh for {@code activationMillis}. A
     * copy counts for {@code windowMillis} after the first. Weight 0 turns it off, and P3b with it.
     */
    public record MeshDeliveries(double weight, double decay, double cap, double threshold, long windowMillis,
        long activationMillis) {
    }

    /** P3b and P4: a counter's weight, and what is left of it at each decay. */
    public record Decaying(double weight, double decay) {
    }

    /** P3 and P3b are off: a group that is silent for an hour would look like a mesh that does not deliver. */
    public static final Topic DEFAULT = new Topic(1, new TimeInMesh(0.01, 1_000, 300),
        new FirstDeliveries(1, 0.9928, 50), new MeshDeliveries(0, 0.997, 20, 5, 10, 30_000), new Decaying(0, 0.997),
        new Decaying(-20, 0.9994));
  }

  /** P5: the application's own opinion of a peer. */
  public record Application(double weight, ToDoubleFunction<PeerId> score) {
    public static final Application NONE = new Application(0, peer -> 0);
  }

  /** P6: peers above {@code threshold} on one IP address, squared; not for addresses that {@code exempt} holds. */
  public record Colocation(double weight, int threshold, Predicate<String> exempt) {
    /**
     * Nobody is punished for a private address, and a whole venue may come from behind one public one: a meetup of 200 people on the
     * organiser's Wi-Fi looks like this.
     */
    public static final Colocation VENUE = new Colocation(-1, 200, IpRanges::isPrivate);
  }

  /** P7: broken promises, early grafts and floods above {@code threshold}, squared. */
  public record Behaviour(double weight, double threshold, double decay) {
    public static final Behaviour DEFAULT = new Behaviour(-10, 2, 0.9886);
  }

  public static final ScoreParameters VENUE = new ScoreParameters(Thresholds.DEFAULT, Map.of(), Topic.DEFAULT, 100,
      Application.NONE, Colocation.VENUE, Behaviour.DEFAULT, 1_000, 0.01, 3_600_000);

  public ScoreParameters {
    topics = Map.copyOf(topics);
    if (application.weight < 0 || colocation.weight > 0 || behaviour.weight > 0 || decayMillis < 1) {
      throw new IllegalArgumentException("score weights P5 " + application.weight + ", P6 " + colocation.weight
          + ", P7 " + behaviour.weight + ", decay every " + decayMillis + " ms");
    }
  }

  Topic topic(String name) {
    return topics.getOrDefault(name, otherTopics);
  }

  public ScoreParameters withThresholds(Thresholds value) {
    return new ScoreParameters(value, topics, otherTopics, topicScoreCap, application, colocation, behaviour,
        decayMillis, decayToZero, retainMillis);
  }

  public ScoreParameters withOtherTopics(Topic value) {
    return new ScoreParameters(thresholds, topics, value, topicScoreCap, application, colocation, behaviour,
        decayMillis, decayToZero, retainMillis);
  }

  public ScoreParameters withApplication(Application value) {
    return new ScoreParameters(thresholds, topics, otherTopics, topicScoreCap, value, colocation, behaviour,
        decayMillis, decayToZero, retainMillis);
  }

  public ScoreParameters withColocation(Colocation value) {
    return new ScoreParameters(thresholds, topics, otherTopics, topicScoreCap, application, value, behaviour,
        decayMillis, decayToZero, retainMillis);
  }

  public ScoreParameters withBehaviour(Behaviour value) {
    return new ScoreParameters(thresholds, topics, otherTopics, topicScoreCap, application, colocation, value,
        decayMillis, decayToZero, retainMillis);
  }
}
