package klatch.meetup.checkin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Varint;
import klatch.log.Cbor;
import klatch.meetup.SignedEncounter;
import org.jspecify.annotations.Nullable;

/** The two messages of {@code /klatch/checkin/1}: each a varint length and deterministic CBOR. */
final class CheckInWire {
  /** An answer has about 500 bytes, a reply about 600 with its longest explanation. */
  static final int MESSAGE_BYTES = 2_048;
  /** A whole message arrives in this time, or the peer is dripping. */
  static final long MESSAGE_MILLIS = 10_000;

  private CheckInWire() {}

  /**
   * A reply as written.
   *
   * @param outcome {@code checked-in}, {@code already} or {@code refused}
   */
  record Reply(String outcome, @Nullable SignedEncounter encounter, @Nullable String refusal,
      @Nullable String message) {
  }

  static byte[] encode(CheckInReply reply) {
    return Cbor.encode(switch (reply) {
      case CheckInReply.CheckedIn(var encounter) -> new Reply("checked-in", encounter, null, null);
      case CheckInReply.AlreadyCheckedIn(var encounter) -> new Reply("already", encounter, null, null);
      case CheckInReply.Refused(var refusal, var message) -> new Reply("refused", null, refusal.code(), message);
    });
  }

  static CheckInReply decodeReply(byte[] bytes) throws MalformedMessageException {
    Reply reply = Cbor.decode(bytes, Reply.class);
    SignedEncounter encounter = reply.encounter();
    String refusal = reply.refusal();
    String message = reply.message();
    if (encounter != null && refusal == null && message == null) {
      switch (reply.outcome()) {
        case "checked-in" -> {
          return new CheckInReply.CheckedIn(encounter);
        }
        case "already" -> {
          return new CheckInReply.AlreadyCheckedIn(encounter);
        }
        default -> throw new MalformedMessageException("unknown outcome with an encounter");
      }
    }
    if (encounter == null && refusal != null && message != null && reply.outcome().equals("refused")) {
      return new CheckInReply.Refused(CheckInRefusal.of(refusal)
          .orElseThrow(() -> new MalformedMessageException("unknown refusal")), message);
    }
    throw new MalformedMessageException("the parts of the reply do not fit its outcome");
  }

  static byte[] encode(Answer answer) {
    return Cbor.encode(answer);
  }

  static Answer decodeAnswer(byte[] bytes) throws MalformedMessageException {
    return Cbor.decode(bytes, Answer.class);
  }

  static void write(OutputStream out, byte[] message) throws IOException {
    byte[] length = Varint.encode(message.length);
    out.write(ByteBuffer.allocate(length.length + message.length).put(length).put(message).array());
    out.flush();
  }

  /** Reads one message; the stream's own timeout bounds each single read. */
  static byte[] read(InputStream in) throws IOException, MalformedMessageException {
    return read(in, System::nanoTime);
  }

  static byte[] read(InputStream in, LongSupplier nanoTime) throws IOException, MalformedMessageException {
    long start = nanoTime.getAsLong();
    byte[] message = new byte[Varint.readLength(in, MESSAGE_BYTES)];
    int filled = 0;
    while (filled < message.length) {
      int read = in.read(message, filled, message.length - filled);
      if (read < 0) {
        throw new EOFException("the stream ended after " + filled + " of " + message.length + " bytes");
      }
      filled += read;
      if (nanoTime.getAsLong() - start > MESSAGE_MILLIS * 1_000_000) {
        throw new SocketTimeoutException("a message did not arrive within " + MESSAGE_MILLIS + " ms");
      }
    }
    return message;
  }
}
