package klatch.log;

/**
 * Says which topics are shared with whom. It is asked when a sync starts and when a topic appears, and must answer at
 * once. This is where private groups will say no.
 */
@FunctionalInterface
public interface TopicPolicy {
  /** Every topic with every peer. */
  TopicPolicy OPEN = (peer, topic) -> true;

  /** Whether the peer may know of the topic, read it, and bring entries for it. */
  boolean shares(DeviceId peer, TopicId topic);
}
