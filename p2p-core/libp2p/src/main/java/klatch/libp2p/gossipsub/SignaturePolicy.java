package klatch.libp2p.gossipsub;

/** Whether messages are signed (libp2p pubsub, "Signature Policy Options"). All peers of a topic must use the same. */
public enum SignaturePolicy {
  /** Author, number and signature are there and right. */
  STRICT_SIGN,
  /** None of them is there. The message id must then come from the content. */
  STRICT_NO_SIGN
}
