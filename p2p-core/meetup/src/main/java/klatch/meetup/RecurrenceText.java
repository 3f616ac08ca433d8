package klatch.meetup;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How a {@link Recurrence} is written: RFC 5545, section 3.3.10. */
final class RecurrenceText {
  private static final String PREFIX = "RRULE:";
  private static final List<String> PARTS = List.of("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY",
      "WKST");
  private static final List<String> DAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");
  private static final Pattern DAY = Pattern.compile("([+-]?[0-9])?(MO|TU|WE|TH|FR|SA|SU)");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,4}");
  private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT)
      .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
      .withResolverStyle(ResolverStyle.STRICT);

  private RecurrenceText() {}

  static Recurrence parse(String text) {
    String rule = Limits.line(text.strip(), 1, Limits.RULE_CHARS, "the rule").toUpperCase(Locale.ROOT);
    Map<String, String> parts = parts(rule.startsWith(PREFIX) ? rule.substring(PREFIX.length()) : rule);
    String weekStart = parts.getOrDefault("WKST", "MO");
    if (!weekStart.equals("MO")) {
      throw wrong("WKST", weekStart, "is not taken: weeks begin on Mondays");
    }
    return new Recurrence(frequency(parts.get("FREQ")), number("INTERVAL", parts.getOrDefault("INTERVAL", "1")),
        list(parts.get("BYDAY"), RecurrenceText::day),
        list(parts.get("BYMONTHDAY"), day -> number("BYMONTHDAY", day)), end(parts));
  }

  private static Map<String, String> parts(String rule) {
    Map<String, String> parts = new HashMap<>();
    for (String part : rule.split(";", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      if (equals < 0 || !PARTS.contains(name)) {
        throw new IllegalArgumentException(
            "a rule has the parts " + String.join(", ", PARTS) + ", as in FREQ=WEEKLY;COUNT=6, not '" + part + "'");
      }
      if (parts.put(name, part.substring(equals + 1)) != null) {
        throw new IllegalArgumentException("the rule says " + name + " twice");
      }
    }
    return parts;
  }

  private static Recurrence.Frequency frequency(@Nullable String text) {
    return switch (Objects.requireNonNullElse(text, "")) {
      case "DAILY" -> Recurrence.Frequency.DAILY;
      case "WEEKLY" -> Recurrence.Frequency.WEEKLY;
      case "MONTHLY" -> Recurrence.Frequency.MONTHLY;
      case "" -> throw new IllegalArgumentException("the rule lacks FREQ: DAILY, WEEKLY or MONTHLY");
      default -> throw wrong("FREQ", String.valueOf(text), "is not taken: it is DAILY, WEEKLY or MONTHLY");
    };
  }

  private static int number(String part, String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw wrong(part, text, "is no number");
    }
    return Integer.parseInt(text);
  }

  private static <T> List<T> list(@Nullable String text, Function<String, T> reader) {
    return text == null ? List.of() : Stream.of(text.split(",", -1)).map(reader).toList();
  }

  private static Recurrence.Day day(String text) {
    Matcher matcher = DAY.matcher(text);
    if (!matcher.matches()) {
      throw wrong("BYDAY", text, "is no day: MO, TU, WE, TH, FR, SA, SU, of a month also 2TU or -1FR");
    }
    int which = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
    if (matcher.group(1) != null && which == 0) {
      throw wrong("BYDAY", text, "is no day: there is no day number 0");
    }
    return new Recurrence.Day(which, DayOfWeek.of(DAYS.indexOf(matcher.group(2)) + 1));
  }

  private static Recurrence.End end(Map<String, String> parts) {
    String count = parts.get("COUNT");
    String until = parts.get("UNTIL");
    if ((count == null) == (until == null)) {
      throw new IllegalArgumentException(
          "a rule says either how often, as in COUNT=6, or until when, as in UNTIL=20271231");
    }
    if (count != null) {
      return new Recurrence.End.Count(number("COUNT", count));
    }
    String last = Objects.requireNonNull(until);
    try {
      return last.indexOf('T') < 0
          ? new Recurrence.End.UntilDay(LocalDate.parse(last, DATE))
          : new Recurrence.End.UntilMoment(LocalDateTime.parse(last, MOMENT).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw wrong("UNTIL", last, "is no day as 20271231 and no moment as 20271231T200000Z");
    }
  }

  private static IllegalArgumentException wrong(String part, String text, String why) {
    return new IllegalArgumentException("the rule's " + part + "=" + text + " " + why);
  }

  static String of(Recurrence rule) {
    StringBuilder text = new StringBuilder("FREQ=").append(rule.frequency());
    if (rule.interval() > 1) {
      text.append(";INTERVAL=").append(rule.interval());
    }
    if (!rule.days().isEmpty()) {
      text.append(";BYDAY=").append(rule.days().stream()
          .map(day -> (day.which() == 0 ? "" : day.which()) + DAYS.get(day.day().getValue() - 1))
          .collect(Collectors.joining(",")));
    }
    if (!rule.daysOfMonth().isEmpty()) {
      text.append(";BYMONTHDAY=")
          .append(rule.daysOfMonth().stream().map(String::valueOf).collect(Collectors.joining(",")));
    }
    return text.append(switch (rule.end()) {
      case Recurrence.End.Count(int events) -> ";COUNT=" + events;
      case Recurrence.End.UntilDay(LocalDate day) -> ";UNTIL=" + DATE.format(day);
      case Recurrence.End.UntilMoment(Instant moment) -> ";UNTIL=" + MOMENT.format(moment.atZone(ZoneOffset.UTC));
    }).toString();
  }
}
