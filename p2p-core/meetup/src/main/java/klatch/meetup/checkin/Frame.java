package klatch.meetup.checkin;

import java.util.Locale;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.EventId;

/**
 * What one screen shows and one camera reads: upper-case text of QR's alphanumeric set (docs/spec/checkin.md). Reading
 * takes lower case, white space around it, and the same text at the end of a web address.
 */
public sealed interface Frame permits DoorCode, AnswerFrame, ClosingFrame {
  /** Larger QR codes are slow to read from a phone's screen. */
  int TEXT_CHARS = 300;

  EventId event();

  /** The text for the QR code. */
  String text();

  /**
   * The same as a web address, for a phone's own camera.
   *
   * @param page ends with a slash
   * @throws IllegalArgumentException if the address is longer than {@link #TEXT_CHARS}
   */
  default String url(String page) {
    String url = page + text();
    if (!page.endsWith("/") || url.length() > TEXT_CHARS) {
      throw new IllegalArgumentException("the address must end with a slash and have at most "
          + (TEXT_CHARS - text().length()) + " characters: " + page);
    }
    return url;
  }

  /** Reads {@link #text()} or {@link #url} from a scanner, a link or a keyboard. */
  static Frame parse(String text) throws MalformedMessageException {
    String frame = FrameText.strip(text);
    int end = Math.min(frame.length(), DoorCode.PREFIX.length());
    return switch (frame.substring(0, end).toUpperCase(Locale.ROOT)) {
      case DoorCode.PREFIX -> DoorCode.parse(frame);
      case AnswerFrame.PREFIX -> AnswerFrame.parse(frame);
      case ClosingFrame.PREFIX -> ClosingFrame.parse(frame);
      default -> throw new MalformedMessageException("not a code of Klatch: it starts with none of " + DoorCode.PREFIX
          + ", " + AnswerFrame.PREFIX + " and " + ClosingFrame.PREFIX);
    };
  }
}
