package klatch.meetup;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Every bound on a meetup message, and the checks that refuse what lies outside with both values named. */
public final class Limits {
  /** A line in a list must hold it: group names, event titles. */
  public static final int TITLE_CHARS = 120;
  /** A long page of text; more belongs into a blob. */
  public static final int DESCRIPTION_CHARS = 8_000;
  /** An address with a hint how to find the door. */
  public static final int PLACE_CHARS = 500;
  /** Fits a name badge. */
  public static final int NICKNAME_CHARS = 64;
  /** What somebody is about, in a handful of words. */
  public static final int TAGS = 10;
  /** One word, or two with a hyphen. */
  public static final int TAG_CHARS = 32;
  /** With the frame around it a picture still fits an entry; 1,024 × 576 pixels look good in it. */
  public static final int PICTURE_BYTES = 60_000;
  /** A picture of this many pixels a side takes a browser 4 MB to show, however few bytes it came in. */
  public static final int PICTURE_SIDE = 1_024;
  /** SHA-256. */
  public static final int HASH_BYTES = 32;
  /** Who lets in more people than this does not know them. */
  public static final int TICKET_USES = 1_000;
  /** Nobody organises more. */
  public static final int GROUPS_SHOWN = 100;
  /** One sentence that says why. */
  public static final int REASON_CHARS = 300;
  /** The longest name in the IANA time zone database has 32 characters. */
  public static final int ZONE_CHARS = 64;
  /** The largest room anybody rents; keeps the seat ledger in memory. */
  public static final int CAPACITY = 100_000;
  /** A stadium has fewer doors, and each one is a key that may vouch for people. */
  public static final int DOORS = 32;
  /** Terms are dates, keys and amounts; they never need more. */
  public static final int TERMS_BYTES = 16 * 1024;
  /** Whose check-in is undone may have met a lot of people already. */
  public static final int UNDONE = 1_000;
  /** A car full, and then some; more people are several pledges. */
  public static final int GUESTS = 10;
  /** A short form; a long one belongs elsewhere. */
  public static final int QUESTIONS = 10;
  /** One line on a phone or two. */
  public static final int QUESTION_CHARS = 200;
  /** A paragraph. */
  public static final int ANSWER_CHARS = 500;
  /** Every answer at its longest, three bytes for each unit, with the frame around them and the seal. */
  public static final int SEALED_ANSWERS_BYTES = 16 * 1024;
  /** The longest place, three bytes for each unit, with the seal. */
  public static final int SEALED_PLACE_BYTES = 3 * PLACE_CHARS + SealedBox.OVERHEAD_BYTES;
  /** An event that is edited more often than this is another event. */
  public static final int VERSIONS = 1_000;
  /** Two years of weeks; a series that goes on is announced anew. */
  public static final int SERIES_EVENTS = 100;
  /** Tells the series of one host apart. */
  public static final int SERIES_ID_BYTES = 16;
  /** Every day of a month by its number, from both ends. */
  public static final int RULE_CHARS = 500;
  /** A founder's nonce tells groups of one founder apart. */
  public static final int GROUP_NONCE_BYTES = 16;
  /** 2000-01-01: a time before it is a unit mistake (seconds for milliseconds). */
  public static final long EARLIEST_MILLIS = 946_684_800_000L;
  /** 2200-01-01: a time after it is a unit mistake (microseconds for milliseconds). */
  public static final long LATEST_MILLIS = 7_258_118_400_000L;
  /** Longer gatherings are several events. */
  public static final long EVENT_MILLIS = 31L * 24 * 60 * 60 * 1000;
  /** Doors open at most this long before the start and close at most this long after the end. */
  public static final long DOOR_SLACK_MILLIS = 24L * 60 * 60 * 1000;

  private static final Pattern ZONE = Pattern.compile("[A-Za-z][A-Za-z0-9~/._+-]*");

  private Limits() {}

  /** Text of one line: no control characters, nothing that changes the direction of what follows. */
  static String line(String text, int minimumChars, int maximumChars, String what) {
    if (text.isBlank() && minimumChars > 0) {
      throw new IllegalArgumentException(what + " must not be blank");
    }
    return checkedText(text, maximumChars, what, false);
  }

  /** Text of several lines. */
  static String text(String text, int maximumChars, String what) {
    return checkedText(text, maximumChars, what, true);
  }

  /** Words to be found by: no white space, no comma, no number sign in them, none twice. */
  static List<String> tags(List<String> tags) {
    List<String> copy = List.copyOf(tags);
    within(copy.size(), 0, TAGS, "number of tags");
    for (String tag : copy) {
      line(tag, 1, TAG_CHARS, "tag");
      if (tag.indexOf(' ') >= 0 || tag.indexOf(',') >= 0 || tag.indexOf('#') >= 0) {
        throw new IllegalArgumentException("a tag has no spaces, commas or number signs: \"" + tag + "\"");
      }
    }
    if (new HashSet<>(copy).size() != copy.size()) {
      throw new IllegalArgumentException("a tag is named twice");
    }
    return copy;
  }

  private static String checkedText(String text, int maximumChars, String what, boolean lineBreaks) {
    if (text.length() > maximumChars) {
      throw new IllegalArgumentException(
          what + " must be at most " + maximumChars + " characters, not " + text.length());
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed = lineBreaks && (c == '\n' || c == '\t');
      if ((Character.isISOControl(c) && !allowed) || overridesDirection(c) || unpaired(text, i)) {
        throw new IllegalArgumentException(
            what + " must not contain the character U+%04X at index %d".formatted((int) c, i));
      }
    }
    return text;
  }

  /** These make a name read as another one (Unicode technical report 36, bidirectional spoofing). */
  private static boolean overridesDirection(char c) {
    return (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
  }

  private static boolean unpaired(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  /**
   * Checks how a zone id is written, not whether this machine's time zone database has it: databases differ, and
   * a view must not.
   */
  static String zone(String zone) {
    if (zone.length() > ZONE_CHARS || !ZONE.matcher(zone).matches()) {
      throw new IllegalArgumentException(
          "time zone must be an IANA name of at most " + ZONE_CHARS + " characters, not \"" + shortened(zone) + "\"");
    }
    return zone;
  }

  static long time(long millis, String what) {
    return within(millis, EARLIEST_MILLIS, LATEST_MILLIS, what + " (milliseconds since 1970)");
  }

  static long within(long value, long minimum, long maximum, String what) {
    if (value < minimum || value > maximum) {
      throw new IllegalArgumentException(
          what + " must be between " + minimum + " and " + maximum + ", not " + value);
    }
    return value;
  }

  static ByteString length(ByteString bytes, int length, String what) {
    if (bytes.length() != length) {
      throw new IllegalArgumentException(what + " must be " + length + " bytes, not " + bytes.length());
    }
    return bytes;
  }

  private static String shortened(String text) {
    return text.length() <= ZONE_CHARS ? text : text.substring(0, ZONE_CHARS) + "…";
  }
}
