package klatch.libp2p.gossipsub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.Topic;
import org.jspecify.annotations.Nullable;

/**
 * One published message, in the very bytes it was sent in (libp2p pubsub, "The Message"): author 1, data 2, number 3, topic 4, signature 5,
 * key 6. It is checked and passed on in these bytes, never encoded again. Immutable.
 */
public final class PubsubMessage implements RpcPart, Topic.Message {
  static final int FROM = 1;
  static final int DATA = 2;
  static final int SEQNO = 3;
  static final int TOPIC = 4;
  static final int SIGNATURE = 5;
  static final int KEY = 6;

  private final byte[] encoded;
  private final String topic;
  private final @Nullable PeerId from;
  private final Span data;
  private final Span seqno;
  private final Span signature;
  private final Span key;

  /** Where a field's content is in {@code encoded}, and where the field with its tag begins; {@code fieldStart} is -1 when absent. */
  private record Span(int fieldStart, int start, int end) {
    static final Span ABSENT = new Span(-1, 0, 0);

    boolean present() {
      return fieldStart >= 0;
    }

    byte[] of(byte[] bytes) {
      return Arrays.copyOfRange(bytes, start, end);
    }
  }

  private PubsubMessage(byte[] encoded, Span[] spans) throws MalformedMessageException {
    this.encoded = encoded;
    Span topicSpan = spans[TOPIC];
    if (!topicSpan.present() || topicSpan.end - topicSpan.start > RpcBounds.TOPIC_BYTES) {
      throw new MalformedMessageException("message with a topic of " + (topicSpan.end - topicSpan.start)
          + " bytes, expected one of at most " + RpcBounds.TOPIC_BYTES);
    }
    this.topic = new String(encoded, topicSpan.start, topicSpan.end - topicSpan.start, StandardCharsets.UTF_8);
    this.from = spans[FROM].present() ? PeerId.fromBytes(spans[FROM].of(encoded)) : null;
    this.data = spans[DATA];
    this.seqno = spans[SEQNO];
    this.signature = spans[SIGNATURE];
    this.key = spans[KEY];
  }

  /**
   * Reads {@code bytes}, which must not change afterwards. Fields must be in the order of their numbers, so that every implementation
   * computes the same signed bytes.
   */
  static PubsubMessage decode(byte[] bytes) throws MalformedMessageException {
    Span[] spans = {Span.ABSENT, Span.ABSENT, Span.ABSENT, Span.ABSENT, Span.ABSENT, Span.ABSENT, Span.ABSENT};
    WireReader in = new WireReader(bytes, 0, bytes.length);
    int last = 0;
    while (in.hasMore()) {
      int fieldStart = in.position();
      in.next();
      int tag = in.tag();
      if (tag < last || (tag == last && tag <= KEY)) {
        throw new MalformedMessageException("message with field " + tag + " behind field " + last);
      }
      last = tag;
      if (tag <= KEY) {
        in.requireBytes();
        spans[tag] = new Span(fieldStart, in.start(), in.end());
      }
    }
    return new PubsubMessage(bytes, spans);
  }

  /** A message with author and number that nobody has signed. Hosts refuse it; it is for simulations. */
  public static PubsubMessage unsigned(String topic, byte[] data, PeerId author, byte[] seqno) {
    return of(topic, data, author, seqno, null, null);
  }

  /** A message of one's own; {@code null} fields are left out. */
  static PubsubMessage of(String topic, byte[] data, @Nullable PeerId from, byte @Nullable [] seqno,
      byte @Nullable [] signature, byte @Nullable [] key) {
    WireWriter out = new WireWriter(data.length + 256);
    if (from != null) {
      out.bytes(FROM, from.bytes());
    }
    out.bytes(DATA, data);
    if (seqno != null) {
      out.bytes(SEQNO, seqno);
    }
    out.bytes(TOPIC, topic.getBytes(StandardCharsets.UTF_8));
    if (signature != null) {
      out.bytes(SIGNATURE, signature);
    }
    if (key != null) {
      out.bytes(KEY, key);
    }
    try {
      return decode(out.toByteArray());
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  @Override
  public String topic() {
    return topic;
  }

  /** The author, who need not be the peer it came from. */
  @Override
  public Optional<PeerId> author() {
    return Optional.ofNullable(from);
  }

  @Override
  public byte[] data() {
    return data.of(encoded);
  }

  public int dataBytes() {
    return data.end - data.start;
  }

  /** The author's number for it: 8 bytes when signed; empty when absent. */
  public byte[] seqno() {
    return seqno.of(encoded);
  }

  byte[] signature() {
    return signature.of(encoded);
  }

  /** The author's public key as a protobuf; empty when it is left out because the author's id holds it. */
  byte[] key() {
    return key.of(encoded);
  }

  boolean has(int field) {
    return switch (field) {
      case FROM -> from != null;
      case DATA -> data.present();
      case SEQNO -> seqno.present();
      case TOPIC -> true;
      case SIGNATURE -> signature.present();
      case KEY -> key.present();
      default -> throw new IllegalArgumentException("message field " + field);
    };
  }

  /** What the signature is over: {@code prefix}, then this message without signature and key. */
  byte[] signedBytes(byte[] prefix) {
    byte[] signed = Arrays.copyOf(prefix, prefix.length + encoded.length);
    int at = prefix.length;
    int from0 = 0;
    for (Span left : new Span[]{signature, key}) {
      if (left.present()) {
        System.arraycopy(encoded, from0, signed, at, left.fieldStart - from0);
        at += left.fieldStart - from0;
        from0 = left.end;
      }
    }
    System.arraycopy(encoded, from0, signed, at, encoded.length - from0);
    return Arrays.copyOf(signed, at + encoded.length - from0);
  }

  int encodedBytes() {
    return encoded.length;
  }

  /** The bytes on the wire; the caller must not change them. */
  byte[] encoded() {
    return encoded;
  }

  boolean sameBytes(PubsubMessage other) {
    return this == other || Arrays.equals(encoded, other.encoded);
  }

  @Override
  public String toString() {
    return "message of " + dataBytes() + " bytes on " + topic;
  }
}
