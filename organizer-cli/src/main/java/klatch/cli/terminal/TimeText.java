package klatch.cli.terminal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times as a person types them. */
public final class TimeText {
  private static final Pattern SPAN = Pattern
      .compile("(?:(\\d{1,4})d)?(?:(\\d{1,5})h)?(?:(\\d{1,6})m)?(?:(\\d{1,7})s)?");

  private TimeText() {}

  /**
   * @param text {@code 2026-12-01 19:00} in the zone, or a moment with its own offset such as
   *             {@code 2026-12-01T18:00Z}
   * @return milliseconds since 1970
   * @throws IllegalArgumentException if it is neither
   */
  public static long moment(String text, ZoneId zone) {
    var iso = text.strip().replace(' ', 'T');
    try {
      return OffsetDateTime.parse(iso).toInstant().toEpochMilli();
    } catch (DateTimeParseException ignored) {
      // No offset: a local time, the usual case.
    }
    try {
      return LocalDateTime.parse(iso).atZone(zone).toInstant().toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("a time looks like '2026-12-01 19:00', not '" + text + "'", e);
    }
  }

  /** @throws IllegalArgumentException for a zone that this machine does not know */
  public static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("a time zone looks like Europe/Berlin, not '" + text + "'", e);
    }
  }

  /** @param text such as {@code 12h}, {@code 30m}, {@code 1h30m}, {@code 45s}, {@code 2d} or {@code 0s} */
  static Duration span(String text) {
    var parts = SPAN.matcher(text.strip());
    if (text.isBlank() || !parts.matches()) {
      throw new IllegalArgumentException("a length of time looks like 12h, 30m or 1h30m, not '" + text + "'");
    }
    return Duration.ofDays(number(parts.group(1))).plusHours(number(parts.group(2)))
        .plusMinutes(number(parts.group(3))).plusSeconds(number(parts.group(4)));
  }

  private static long number(@org.jspecify.annotations.Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** Lets picocli read a {@link #span}. */
  public static final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return span(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
