package klatch.web;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.EventId;
import org.jspecify.annotations.Nullable;

/**
 * An invite to a group, or to one event of it: one line that a person passes on (docs/spec/local-api.md, "Invite").
 *
 * @param founder   the founder's device, so that the joiner knows whose word counts before anything has arrived
 * @param inviter   whose invite it is; nothing proves it
 * @param event     what it invites to; null for the group as a whole
 * @param secret    what lets its holder into a private group; null for a public one
 * @param addresses where somebody of the group can be reached, at most {@link #MAX_ADDRESSES}; may be none
 */
public record InviteCode(TopicId group, DeviceId founder, DeviceId inviter, @Nullable EventId event,
    @Nullable ByteString secret, List<Multiaddr> addresses) {
  /** What every invite begins with. */
  public static final String SCHEME = "klatch:join/";
  /** More addresses than one node listens on. */
  public static final int MAX_ADDRESSES = 8;
  /** A TCP address with a DNS name and a peer id has at most about 300 bytes; with eight the code still fits in a QR code. */
  public static final int MAX_ADDRESS_BYTES = 320;
  /** The longest invite that is read. */
  public static final int MAX_TEXT_CHARS = 4096;

  private static final byte VERSION = 3;
  private static final byte ABSENT = 0;
  private static final byte PRESENT = 1;
  private static final int ID_BYTES = 32;
  /** Finds a mistyped or cut-off code; it proves nothing. */
  private static final int CHECKSUM_BYTES = 4;

  public InviteCode {
    addresses = List.copyOf(addresses);
    if (secret != null && secret.length() != ID_BYTES) {
      throw new IllegalArgumentException("a secret has " + ID_BYTES + " bytes, not " + secret.length());
    }
    if (addresses.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          "an invite has at most " + MAX_ADDRESSES + " addresses, not " + addresses.size());
    }
  }

  /** The line to pass on. */
  public String text() {
    var out = new ByteArrayOutputStream();
    out.write(VERSION);
    out.writeBytes(group.bytes());
    out.writeBytes(founder.bytes());
    out.writeBytes(inviter.bytes());
    write(out, event == null ? null : event.bytes());
    write(out, secret == null ? null : secret.bytes());
    out.write(addresses.size());
    for (var address : addresses) {
      var bytes = address.bytes();
      if (bytes.length > MAX_ADDRESS_BYTES) {
        throw new IllegalArgumentException(
            "an address in an invite has at most " + MAX_ADDRESS_BYTES + " bytes, not " + bytes.length);
      }
      out.write(bytes.length >> 8);
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    out.writeBytes(checksum(out.toByteArray()));
    return SCHEME + Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
  }

  private static void write(ByteArrayOutputStream out, byte @Nullable [] part) {
    out.write(part == null ? ABSENT : PRESENT);
    out.writeBytes(part == null ? new byte[0] : part);
  }

  /** Reads {@link #text()}, as pasted. */
  public static InviteCode parse(String text) throws MalformedMessageException {
    var trimmed = text.strip();
    if (trimmed.length() > MAX_TEXT_CHARS) {
      throw new MalformedMessageException(
          "an invite has at most " + MAX_TEXT_CHARS + " characters, not " + trimmed.length());
    }
    if (!trimmed.startsWith(SCHEME)) {
      throw new MalformedMessageException("an invite begins with " + SCHEME);
    }
    try {
      var bytes = Base64.getUrlDecoder()
          .decode(trimmed.substring(SCHEME.length()).getBytes(StandardCharsets.US_ASCII));
      return read(bytes);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw new MalformedMessageException("the invite is cut off or mistyped", e);
    }
  }

  private static InviteCode read(byte[] bytes) throws MalformedMessageException {
    int length = bytes.length - CHECKSUM_BYTES;
    if (length < 1 || !Arrays.equals(checksum(Arrays.copyOf(bytes, length)), 0, CHECKSUM_BYTES, bytes, length,
        bytes.length)) {
      throw new MalformedMessageException("the invite is cut off or mistyped");
    }
    var in = ByteBuffer.wrap(bytes, 0, length);
    byte version = in.get();
    if (version != VERSION) {
      throw new MalformedMessageException("this invite has version " + version + ", this node reads " + VERSION);
    }
    var group = new TopicId(next(in, ID_BYTES));
    var founder = new DeviceId(next(in, ID_BYTES));
    var inviter = new DeviceId(next(in, ID_BYTES));
    byte[] event = part(in);
    byte[] secret = part(in);
    int count = Byte.toUnsignedInt(in.get());
    if (count > MAX_ADDRESSES) {
      throw new MalformedMessageException("an invite has at most " + MAX_ADDRESSES + " addresses, not " + count);
    }
    var addresses = new ArrayList<Multiaddr>();
    for (int i = 0; i < count; i++) {
      int size = Short.toUnsignedInt(in.getShort());
      if (size > MAX_ADDRESS_BYTES) {
        throw new MalformedMessageException(
            "an address in an invite has at most " + MAX_ADDRESS_BYTES + " bytes, not " + size);
      }
      addresses.add(Multiaddr.fromBytes(next(in, size)));
    }
    if (in.hasRemaining()) {
      throw new MalformedMessageException("the invite has " + in.remaining() + " bytes too many");
    }
    return new InviteCode(group, founder, inviter, event == null ? null : EventId.of(event),
        secret == null ? null : ByteString.of(secret), addresses);
  }

  private static byte @Nullable [] part(ByteBuffer in) throws MalformedMessageException {
    return switch (in.get()) {
      case ABSENT -> null;
      case PRESENT -> next(in, ID_BYTES);
      default ->
        throw new MalformedMessageException("the invite says neither that a part is there nor that it is not");
    };
  }

  private static byte[] next(ByteBuffer in, int length) {
    var bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static byte[] checksum(byte[] bytes) {
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bytes), CHECKSUM_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
