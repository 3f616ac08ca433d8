package klatch.libp2p.multistream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Varint;

/**
 * Agrees on a protocol by multistream-select 1.0 (libp2p connections). It reads not one byte more than its own lines, so whatever a
 * hurried dialer sent behind its proposal is left for the protocol.
 */
public final class MultistreamSelect {
  public static final String HEADER = "/multistream/1.0.0";
  private static final String REFUSAL = "na";
  private static final String LIST = "ls";

  private MultistreamSelect() {
  }

  /** Proposes each protocol in turn; the first one the other side accepts, or empty. */
  public static Optional<String> propose(InputStream in, OutputStream out, List<String> protocols)
      throws IOException, MalformedMessageException {
    boolean first = true;
    for (String protocol : protocols) {
      out.write(first ? lines(HEADER, protocol) : lines(protocol));
      if (first) {
        requireHeader(readLine(in));
        first = false;
      }
      String answer = readLine(in);
      if (answer.equals(protocol)) {
        return Optional.of(protocol);
      }
      if (!answer.equals(REFUSAL)) {
        throw new MalformedMessageException("answer to " + protocol + " is neither it nor '" + REFUSAL + "'");
      }
    }
    return Optional.empty();
  }

  /** Answers proposals until one is {@code supported}. {@code all} is told to a peer that asks for the list. */
  public static String answer(InputStream in, OutputStream out, Predicate<String> supported, List<String> all)
      throws IOException, MalformedMessageException {
    requireHeader(readLine(in));
    ByteArrayOutputStream reply = new ByteArrayOutputStream();
    reply.writeBytes(lines(HEADER));
    for (int proposals = 0; proposals < Limits.MAX_PROPOSALS; proposals++) {
      if (in.available() == 0) {
        flush(reply, out);
      }
      String line = readLine(in);
      boolean accepted = !line.equals(LIST) && supported.test(line);
      reply.writeBytes(line.equals(LIST) ? list(all) : lines(accepted ? line : REFUSAL));
      flush(reply, out);
      if (accepted) {
        return line;
      }
    }
    throw new MalformedMessageException("no protocol agreed on after " + Limits.MAX_PROPOSALS + " proposals");
  }

  private static void flush(ByteArrayOutputStream reply, OutputStream out) throws IOException {
    if (reply.size() > 0) {
      out.write(reply.toByteArray());
      reply.reset();
    }
  }

  public static byte[] lines(String... lines) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String line : lines) {
      byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
      out.writeBytes(Varint.encode(text.length));
      out.writeBytes(text);
    }
    return out.toByteArray();
  }

  private static byte[] list(List<String> protocols) {
    byte[] body = lines(protocols.toArray(new String[0]));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Varint.encode(body.length + 1));
    out.writeBytes(body);
    out.write('\n');
    return out.toByteArray();
  }

  public static String readLine(InputStream in) throws IOException, MalformedMessageException {
    int length = Varint.readLength(in, Limits.MAX_NEGOTIATION_LINE_BYTES);
    byte[] line = in.readNBytes(length);
    if (line.length < length) {
      throw new EOFException("stream ended inside a negotiation line");
    }
    if (length == 0 || line[length - 1] != '\n') {
      throw new MalformedMessageException("negotiation line of " + length + " bytes without a line feed at its end");
    }
    return new String(line, 0, length - 1, StandardCharsets.UTF_8);
  }

  private static void requireHeader(String line) throws MalformedMessageException {
    if (!line.equals(HEADER)) {
      throw new MalformedMessageException("peer does not speak " + HEADER);
    }
  }
}
