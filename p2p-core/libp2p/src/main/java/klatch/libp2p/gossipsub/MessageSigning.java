package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKeys;

/** Signs one's own messages and checks those of others (libp2p pubsub, "Message Signing"). Safe for any thread. */
final class MessageSigning {
  private static final byte[] PREFIX = "libp2p-pubsub:".getBytes(StandardCharsets.UTF_8);
  private static final int SEQNO_BYTES = 8;

  private final SignaturePolicy policy;
  private final Ed25519Key key;
  private final AtomicLong number;

  /** @param firstNumber the first message's number; later than any used before, such as the time in nanoseconds */
  MessageSigning(SignaturePolicy policy, Ed25519Key key, long firstNumber) {
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
    return PubsubMessage.of(topic, data, key.peerId(), seqno, signature, PublicKeys.encode(key.publicKey()));
  }

  /** Whether the fields are as the policy says, and the signature is the author's. */
  boolean isGood(PubsubMessage message) {
    return switch (policy) {
      case STRICT_NO_SIGN -> !message.has(PubsubMessage.FROM) && !message.has(PubsubMessage.SEQNO)
          && !message.has(PubsubMessage.SIGNATURE) && !message.has(PubsubMessage.KEY);
      case STRICT_SIGN -> isSigned(message);
    };
  }

  private static boolean isSigned(PubsubMessage message) {
    Optional<PeerId> from = message.author();
    if (from.isEmpty() || message.seqno().length != SEQNO_BYTES) {
      return false;
    }
    Optional<byte[]> publicKey = publicKey(from.get(), message);
    return publicKey.isPresent()
        && Ed25519.verify(publicKey.get(), message.signedBytes(PREFIX), message.signature());
  }

  private static Optional<byte[]> publicKey(PeerId from, PubsubMessage message) {
    Optional<byte[]> inlined = from.publicKey();
    if (!message.has(PubsubMessage.KEY)) {
      return inlined;
    }
    try {
      byte[] given = PublicKeys.decode(message.key());
      boolean same = inlined.isPresent() ? Arrays.equals(given, inlined.get()) : PeerId.of(given).equals(from);
      return same ? Optional.of(given) : Optional.empty();
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }
}
