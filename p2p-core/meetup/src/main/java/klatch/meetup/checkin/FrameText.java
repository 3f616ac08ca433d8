package klatch.meetup.checkin;

import java.nio.ByteBuffer;
import java.util.Locale;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;

/** How the bytes of a frame become the text of a QR code and come back. */
final class FrameText {
  private static final String NAME = "KLATCH:";

  private FrameText() {}

  /** The frame in what was scanned: all of it, or what follows the last slash of a web address. */
  static String strip(String scanned) throws MalformedMessageException {
    String text = scanned.strip();
    if (text.length() > Frame.TEXT_CHARS) {
      throw new MalformedMessageException(
          "a code has at most " + Frame.TEXT_CHARS + " characters, not " + text.length());
    }
    int slash = text.lastIndexOf('/');
    return slash >= 0 && text.regionMatches(true, slash + 1, NAME, 0, NAME.length()) && isWeb(text)
        ? text.substring(slash + 1)
        : text;
  }

  private static boolean isWeb(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("https://");
  }

  /** The bytes behind a prefix, exactly as many as there must be. */
  static ByteBuffer bytes(String scanned, String prefix, int length, String what) throws MalformedMessageException {
    String text = strip(scanned);
    if (!text.regionMatches(true, 0, prefix, 0, prefix.length())) {
      throw new MalformedMessageException("not " + what + ": it does not start with " + prefix);
    }
    byte[] bytes = Base32.decode(text.substring(prefix.length()));
    if (bytes.length != length) {
      throw new MalformedMessageException(what + " holds " + length + " bytes, not " + bytes.length);
    }
    return ByteBuffer.wrap(bytes);
  }

  static byte[] next(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  static ByteString start(ByteString bytes, int length) {
    return ByteString.of(next(ByteBuffer.wrap(bytes.bytes()), length));
  }
}
