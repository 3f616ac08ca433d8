package klatch.libp2p.websocket;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import klatch.libp2p.MalformedMessageException;

/**
 * The first line and the headers of an HTTP/1.1 message, names in lower case, values of one name joined by commas (RFC 9112).
 *
 * @param firstLine its parts, three at most
 */
record HttpHead(List<String> firstLine, Map<String, String> headers) {
  /** Longest head read; a browser's is under one kilobyte, cookies apart. */
  static final int MAX_BYTES = 16 * 1024;
  /** Headers of one message. */
  static final int MAX_HEADERS = 100;
  private static final int FIRST_LINE_PARTS = 3;

  /** Reads up to the empty line and not one byte more. */
  static HttpHead read(InputStream in) throws IOException, MalformedMessageException {
    Lines lines = new Lines(in);
    List<String> firstLine = List.of(lines.next().split(" ", FIRST_LINE_PARTS));
    Map<String, String> headers = new HashMap<>();
    int count = 0;
    for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
      int colon = line.indexOf(':');
      if (colon < 1 || ++count > MAX_HEADERS) {
        throw new MalformedMessageException("HTTP header " + count + " without a name, or past " + MAX_HEADERS);
      }
      headers.merge(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip(),
          (a, b) -> a + "," + b);
    }
    return new HttpHead(firstLine, headers);
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** Whether a header that lists things names this one. */
  boolean lists(String name, String value) {
    for (String part : header(name).split(",")) {
      if (part.strip().equalsIgnoreCase(value)) {
        return true;
      }
    }
    return false;
  }

  private static final class Lines {
    private final InputStream in;
    private int left = MAX_BYTES;

    Lines(InputStream in) {
      this.in = in;
    }

    String next() throws IOException, MalformedMessageException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (left-- > 0) {
        int b = in.read();
        if (b < 0) {
          throw new EOFException("connection ended inside an HTTP head");
        }
        if (b == '\n') {
          String text = line.toString(StandardCharsets.ISO_8859_1);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line.write(b);
      }
      throw new MalformedMessageException("HTTP head of more than " + MAX_BYTES + " bytes");
    }
  }
}
