package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;

/** Signs one's own messages and checks those of others (libp2p pubsub, "Message Signing"). Safe for any thread. */
final class MessageSigning {
  private static final byte[] PREFIX = "libp2p-pubsub:".getBytes(StandardCharsets.UTF_8);
  private static final int SEQNO_BYTES = 8;

  private final SignaturePolicy policy;
  private final PrivateKey key;
  private final AtomicLong number;
  private final AuthorKeys authors = new AuthorKeys();

  /** @param firstNumber the first message's number; later than any used before, such as the time in nanoseconds */
  MessageSigning(SignaturePolicy policy, PrivateKey key, long firstNumber) {
    this.policy = policy;
    this.key = key;
    this.number = new AtomicLong(firstNumber);
  }

  PubsubMessage message(String topic, byte[] data) {
    if (policy == SignaturePolicy.STRICT_NO_SIGN) {
      return PubsubMessage.of(topic, data, null, null, null, null);
    }
    byte[] seqno = new byte[SEQNO_BYTES];
    java.nio.ByteBuffer.wrap(seqno).putLong(number.getAndIncrement());
    PubsubMessage unsigned = PubsubMessage.of(topic, data, key.peerId(), seqno, null, null);
    byte[] signature = key.sign(unsigned.signedBytes(PREFIX));
    // Some implementations insist on the key although the author's id holds it; none minds it.
    return PubsubMessage.of(topic, data, key.peerId(), seqno, signature, key.identity().encode());
  }

  /** Whether the fields are as the policy says, and the signature is the author's. */
  boolean isGood(PubsubMessage message) {
    return switch (policy) {
      case STRICT_NO_SIGN -> !message.has(PubsubMessage.FROM) && !message.has(PubsubMessage.SEQNO)
          && !message.has(PubsubMessage.SIGNATURE) && !message.has(PubsubMessage.KEY);
      case STRICT_SIGN -> isSigned(message);
    };
  }

  private boolean isSigned(PubsubMessage message) {
    Optional<PeerId> from = message.author();
    return from.isPresent() && message.seqno().length == SEQNO_BYTES
        && authors.verify(from.get(), message.key(), message.signedBytes(PREFIX), message.signature());
  }
}
