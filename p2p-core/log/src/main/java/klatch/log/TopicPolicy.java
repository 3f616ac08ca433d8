package klatch.log;

/**
 * Says which topics are shared with whom. It is asked when a sync starts, when a topic appears and whenever something
 * of it is about to be sent or taken in, so that an answer that has changed counts at once.
 */
@FunctionalInterface
public interface TopicPolicy {
  /** Every topic with every peer. */
  TopicPolicy OPEN = (peer, topic) -> true;

  /** Whether the peer may know of the topic, read it, and bring entries for it. */
  boolean shares(DeviceId peer, TopicId topic);
}
