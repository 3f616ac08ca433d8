package klatch.cli.terminal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import klatch.meetup.Recurrence;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;

/** How amounts, times and ids read for a person. */
public final class Words {
  private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("EEE d MMM yyyy HH:mm", Locale.ENGLISH);
  private static final int SHORT_ID_CHARS = 12;

  private Words() {}

  /** Satoshi with thousands grouped; millisatoshi only where there are some. */
  public static String sat(long msat) {
    var whole = String.format(Locale.ROOT, "%,d", msat / 1000);
    var rest = Math.abs(msat % 1000);
    return (rest == 0 ? whole : whole + String.format(Locale.ROOT, ".%03d", rest)) + " sat";
  }

  /** A moment in the zone of the place, which this machine may not know. */
  public static String moment(long millis, String zone) {
    ZoneId id;
    try {
      id = ZoneId.of(zone);
    } catch (DateTimeException e) {
      return MOMENT.format(Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC)) + " UTC";
    }
    return MOMENT.format(Instant.ofEpochMilli(millis).atZone(id)) + " " + zone;
  }

  /** Enough of an id to type. */
  public static String shortId(String id) {
    return id.length() <= SHORT_ID_CHARS ? id : id.substring(0, SHORT_ID_CHARS);
  }

  /** A nickname is anybody's choice, so some of the id stands beside it. */
  public static String person(@Nullable String nickname, String id) {
    return nickname == null ? shortId(id) : nickname + " (" + id.substring(0, Math.min(6, id.length())) + ")";
  }

  /** What an edit has changed; moments in the zone of the place. */
  public static String change(Events.Change change, String zone) {
    boolean moment = switch (change.field()) {
      case "starts", "ends", "check_in_opens", "check_in_closes", "rsvp_closes" -> true;
      default -> false;
    };
    return change.field().replace('_', ' ') + ": " + shown(change.before(), moment, zone) + " -> "
        + shown(change.after(), moment, zone);
  }

  private static String shown(String value, boolean moment, String zone) {
    if (value.isEmpty()) {
      return "none";
    }
    return moment ? moment(Long.parseLong(value), zone) : value.replace("\n", " / ");
  }

  /** A rule of RFC 5545, and how often that is; the rule alone if it is none that is known here. */
  public static String repeats(String rule) {
    try {
      var recurrence = Recurrence.parse(rule);
      var unit = switch (recurrence.frequency()) {
        case DAILY -> "day";
        case WEEKLY -> "week";
        case MONTHLY -> "month";
      };
      var every = recurrence.interval() == 1 ? unit : recurrence.interval() + " " + unit + "s";
      return "every " + every + " (" + rule + ")";
    } catch (IllegalArgumentException e) {
      return rule;
    }
  }

  public static String count(int count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
