package klatch.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;

/**
 * The signed part of an entry, as the exact bytes its author signed (docs/spec/entry.md). Decoding checks the layout and
 * the bounds; {@link EntryRules} checks what needs the log, the payload or the clock.
 */
public final class EntryHeader {
  /** The only version there is; a reader refuses every other. */
  public static final int VERSION = 1;
  /** A payload is a message; anything bigger belongs in a blob. */
  public static final int MAX_PAYLOAD_BYTES = 64 * 1024;
  /** Long enough for a module, a record and a version. */
  public static final int MAX_TYPE_LENGTH = 64;
  /** The largest integer every JSON reader keeps exactly; no device writes so much. */
  public static final long MAX_SEQUENCE = (1L << 53) - 1;
  /** Flag: the payload is encrypted to the topic's members; stores keep it without reading it. */
  public static final int FLAG_ENCRYPTED = 0x01;
  /** Bytes of a header without its payload type. */
  public static final int FIXED_BYTES = 215;
  /** The largest header there is. */
  public static final int MAX_BYTES = FIXED_BYTES + MAX_TYPE_LENGTH;

  static final int SIGNATURE_BYTES = 64;
  /** What is signed starts with this, so that no signature made for another purpose is ever one of an entry. */
  private static final byte[] SIGNING_PREFIX = "klatch-entry:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_BACKLINK = new byte[Bytes32.LENGTH];

  private final byte[] bytes;
  private final EntryId id;
  private final LogId log;
  private final long sequence;
  private final long timestampMillis;
  private final Optional<EntryId> backlink;
  private final String payloadType;
  private final int payloadLength;
  private final byte[] payloadHash;
  private final int flags;

  private EntryHeader(byte[] bytes) throws MalformedMessageException {
    if (bytes.length <= FIXED_BYTES || bytes.length > MAX_BYTES) {
      throw new MalformedMessageException(
          "an entry header has " + (FIXED_BYTES + 1) + " to " + MAX_BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new MalformedMessageException("entry version " + version + " is unknown, only " + VERSION + " is");
    }
    this.log = new LogId(new DeviceId(take(in, Bytes32.LENGTH)), new TopicId(take(in, Bytes32.LENGTH)));
    this.sequence = in.getLong();
    if (sequence < 1 || sequence > MAX_SEQUENCE) {
      throw new MalformedMessageException(
          "a sequence is 1 to " + MAX_SEQUENCE + ", not " + Long.toUnsignedString(sequence));
    }
    this.timestampMillis = in.getLong();
    this.backlink = backlink(take(in, Bytes32.LENGTH), sequence);
    this.payloadType = type(in, bytes.length);
    this.payloadLength = in.getInt();
    if (payloadLength < 0 || payloadLength > MAX_PAYLOAD_BYTES) {
      throw new MalformedMessageException("a payload has at most " + MAX_PAYLOAD_BYTES + " bytes, not "
          + Integer.toUnsignedString(payloadLength));
    }
    this.payloadHash = take(in, Bytes32.LENGTH);
    this.flags = in.get() & 0xff;
    if ((flags & ~FLAG_ENCRYPTED) != 0) {
      throw new MalformedMessageException("entry flags 0x" + Integer.toHexString(flags) + " hold an unknown bit");
    }
    this.bytes = bytes;
    this.id = new EntryId(Bytes32.sha256(bytes));
  }

  /** @throws MalformedMessageException if the bytes are not one header of version 1 within the bounds */
  public static EntryHeader decode(byte[] bytes) throws MalformedMessageException {
    return new EntryHeader(bytes.clone());
  }

  /** Writes and signs a header; the caller chooses the sequence and the backlink. */
  static EntryHeader sign(Ed25519Key key, TopicId topic, long sequence, Optional<EntryId> backlink,
      EntryContent content) {
    LogId log = new LogId(DeviceId.of(key), topic);
    byte[] unsigned = layout(log, sequence, backlink, content);
    System.arraycopy(key.sign(signedMessage(unsigned)), 0, unsigned, unsigned.length - SIGNATURE_BYTES,
        SIGNATURE_BYTES);
    try {
      return new EntryHeader(unsigned);
    } catch (MalformedMessageException e) {
      throw new IllegalArgumentException("cannot write such an entry: " + e.getMessage(), e);
    }
  }

  /**
   * Puts a header together again from what a run does not leave out (docs/spec/sync.md). The layout is fixed, so the bytes
   * are those that were signed, or the signature does not fit.
   */
  static EntryHeader assemble(LogId log, long sequence, Optional<EntryId> backlink, EntryContent content,
      byte[] signature) throws MalformedMessageException {
    byte[] bytes = layout(log, sequence, backlink, content);
    System.arraycopy(signature, 0, bytes, bytes.length - SIGNATURE_BYTES, SIGNATURE_BYTES);
    return new EntryHeader(bytes);
  }

  /** The header with zeros where the signature goes. */
  private static byte[] layout(LogId log, long sequence, Optional<EntryId> backlink, EntryContent content) {
    byte[] type = content.payloadType().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + type.length);
    out.put((byte) VERSION).put(log.device().bytes()).put(log.topic().bytes()).putLong(sequence);
    out.putLong(content.timestampMillis()).put(backlink.map(EntryId::bytes).orElse(NO_BACKLINK));
    out.put((byte) type.length).put(type);
    out.putInt(content.payload().length).put(Bytes32.sha256(content.payload())).put((byte) content.flags());
    return out.array();
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] taken = new byte[length];
    in.get(taken);
    return taken;
  }

  private static Optional<EntryId> backlink(byte[] raw, long sequence) throws MalformedMessageException {
    boolean none = Arrays.equals(raw, NO_BACKLINK);
    if (none != (sequence == 1)) {
      throw new MalformedMessageException(none
          ? "entry " + sequence + " has no backlink; only the first has none"
          : "the first entry of a log has no backlink, this one has");
    }
    return none ? Optional.empty() : Optional.of(new EntryId(raw));
  }

  private static String type(ByteBuffer in, int totalLength) throws MalformedMessageException {
    int length = in.get() & 0xff;
    if (length < 1 || length > MAX_TYPE_LENGTH || length != totalLength - FIXED_BYTES) {
      throw new MalformedMessageException("a payload type of " + length + " bytes does not fit a header of "
          + totalLength + " bytes (1 to " + MAX_TYPE_LENGTH + ")");
    }
    byte[] raw = take(in, length);
    for (byte b : raw) {
      if (!isTypeCharacter(b)) {
        throw new MalformedMessageException(
            "a payload type has a-z 0-9 . - _ / only, not byte 0x" + Integer.toHexString(b & 0xff));
      }
    }
    return new String(raw, StandardCharsets.US_ASCII);
  }

  private static boolean isTypeCharacter(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '.' || b == '-' || b == '_' || b == '/';
  }

  private static byte[] signedMessage(byte[] header) {
    int unsigned = header.length - SIGNATURE_BYTES;
    byte[] message = Arrays.copyOf(SIGNING_PREFIX, SIGNING_PREFIX.length + unsigned);
    System.arraycopy(header, 0, message, SIGNING_PREFIX.length, unsigned);
    return message;
  }

  /** The bytes the signature is made over. */
  byte[] signedMessage() {
    return signedMessage(bytes);
  }

  byte[] signature() {
    return Arrays.copyOfRange(bytes, bytes.length - SIGNATURE_BYTES, bytes.length);
  }

  /** A copy of the header as its author wrote it, 216 to 279 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public EntryId id() {
    return id;
  }

  public LogId log() {
    return log;
  }

  public DeviceId device() {
    return log.device();
  }

  public TopicId topic() {
    return log.topic();
  }

  /** Counts from 1 within the log. */
  public long sequence() {
    return sequence;
  }

  /** What the author's clock said, in epoch milliseconds; never earlier than the entry before it. */
  public long timestampMillis() {
    return timestampMillis;
  }

  /** The entry before this one in its log; none for the first. */
  public Optional<EntryId> backlink() {
    return backlink;
  }

  /** What the payload is, for example {@code meetup/pledge}; 1 to 64 of a-z 0-9 . - _ / */
  public String payloadType() {
    return payloadType;
  }

  public int payloadLength() {
    return payloadLength;
  }

  boolean isPayload(byte[] payload) {
    return Arrays.equals(payloadHash, Bytes32.sha256(payload));
  }

  int flags() {
    return flags;
  }

  /** True when only the topic's members can read the payload. */
  public boolean isEncrypted() {
    return (flags & FLAG_ENCRYPTED) != 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryHeader that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return payloadType + " #" + sequence + " of " + log + " (" + id + ")";
  }
}
