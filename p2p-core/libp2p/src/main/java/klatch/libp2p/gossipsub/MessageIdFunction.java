package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import klatch.libp2p.PeerId;

/** How a message gets its id. All peers of a topic must use the same. */
@FunctionalInterface
public interface MessageIdFunction {
  /**
   * The author's id and number, one behind the other: the specification's default, and that of go and rust. js-libp2p's default is another
   * one, so js must be told. Without an author and number the id is the SHA-256 of topic and data.
   */
  MessageIdFunction AUTHOR_AND_NUMBER = message -> message.author().map(from -> authorAndNumber(from, message))
      .orElseGet(() -> hash(message));

  /** SHA-256 over the topic in UTF-8 and the data: what implementations that disagree on the default can agree on. */
  MessageIdFunction CONTENT_HASH = MessageIdFunction::hash;

  MessageId id(PubsubMessage message);

  private static MessageId authorAndNumber(PeerId from, PubsubMessage message) {
    byte[] author = from.bytes();
    byte[] number = message.seqno();
    if (author.length + number.length > MessageId.MAX_BYTES) {
      return hash(message);
    }
    byte[] id = java.util.Arrays.copyOf(author, author.length + number.length);
    System.arraycopy(number, 0, id, author.length, number.length);
    return MessageId.of(id);
  }

  private static MessageId hash(PubsubMessage message) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(message.topic().getBytes(StandardCharsets.UTF_8));
      return MessageId.of(sha256.digest(message.data()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
