package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** One of LND's endless answers: a JSON object a line. One thread reads, any may close. */
final class LndStream implements AutoCloseable {
  /** A payment lists every try with its route; a few hundred tries fit. */
  private static final int MAX_LINE_BYTES = 4_000_000;

  private final LndRest rest;
  private final String call;
  private final InputStream raw;
  private final BufferedInputStream in;

  LndStream(LndRest rest, String call, InputStream in) {
    this.rest = rest;
    this.call = call;
    this.raw = in;
    this.in = new BufferedInputStream(in);
  }

  /**
   * The next object, or empty when LND has ended the stream.
   *
   * @throws LndException if it broke, or LND ended it with an error
   */
  Optional<JsonNode> next() {
    try {
      Optional<byte[]> line = line();
      if (line.isEmpty()) {
        return Optional.empty();
      }
      JsonNode message = rest.parse(call, line.get());
      if (message.has("error")) {
        throw new LndException(rest.trouble(call, message));
      }
      return Optional.of(message.path("result"));
    } catch (IOException e) {
      throw rest.unreachable(e);
    }
  }

  private Optional<byte[]> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        if (line.size() > 0) {
          return Optional.of(line.toByteArray());
        }
      } else {
        line.write(next);
        if (line.size() > MAX_LINE_BYTES) {
          throw new LndException(new LndTrouble.Nonsense(rest.address(), "a line of " + call + " is longer than "
              + MAX_LINE_BYTES + " bytes"));
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    try {
      raw.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
