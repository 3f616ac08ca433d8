package klatch.libp2p.gossipsub;

import java.util.Arrays;
import java.util.HexFormat;

/** The name that all peers of a topic compute for one message (libp2p pubsub, "Message Identification"). At most 256 bytes. */
public final class MessageId implements Comparable<MessageId> {
  /** Longest id; author and number together take 46 bytes, a hash 32. */
  public static final int MAX_BYTES = 256;

  private final byte[] bytes;
  private final int hash;

  private MessageId(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** The id of these bytes, which must not change afterwards. */
  public static MessageId of(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("message id of " + bytes.length + " bytes, at most " + MAX_BYTES);
    }
    return new MessageId(bytes);
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  int length() {
    return bytes.length;
  }

  void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  /** An order keeps a hash table fast even when a peer makes up ids with one hash. */
  @Override
  public int compareTo(MessageId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MessageId that && hash == that.hash && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
