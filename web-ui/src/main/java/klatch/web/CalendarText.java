package klatch.web;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import klatch.meetup.EventId;
import klatch.meetup.EventVersion;
import klatch.meetup.MeetupEvent;

/**
 * Events as an iCalendar file (RFC 5545), which any calendar opens. Moments are in UTC, so that no zone's rules go along.
 * Those of a series are events of their own, without a rule that an edited one would contradict.
 */
final class CalendarText {
  private static final String LINE_END = "\r\n";
  /** A line has at most this many bytes, without its end (section 3.1). */
  private static final int LINE_BYTES = 75;
  private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
      .withZone(ZoneOffset.UTC);

  private final StringBuilder text = new StringBuilder();

  private CalendarText() {}

  /**
   * @param place where it is, as far as the reader may know
   * @param sibling the first event of its series, unless it is that one itself or was announced alone
   */
  record Entry(MeetupEvent event, String place, Optional<EventId> sibling) {
  }

  static String of(List<Entry> entries) {
    var calendar = new CalendarText();
    calendar.line("BEGIN:VCALENDAR");
    calendar.line("VERSION:2.0");
    calendar.line("PRODID:-//Klatch//Klatch " + Version.NUMBER + "//EN");
    entries.forEach(calendar::event);
    calendar.line("END:VCALENDAR");
    return calendar.text.toString();
  }

  private void event(Entry entry) {
    var event = entry.event();
    var version = event.version();
    line("BEGIN:VEVENT");
    line("UID:" + uid(event.id()));
    line("DTSTAMP:" + moment(version.atMillis()));
    line("SEQUENCE:" + (version.number() - EventVersion.FIRST + (event.cancelled() ? 1 : 0)));
    line("DTSTART:" + moment(event.times().startsAtMillis()));
    line("DTEND:" + moment(event.times().endsAtMillis()));
    line("SUMMARY:" + escaped(version.details().title()));
    if (!version.details().description().isEmpty()) {
      line("DESCRIPTION:" + escaped(version.details().description()));
    }
    if (!entry.place().isEmpty()) {
      line("LOCATION:" + escaped(entry.place()));
    }
    entry.sibling().ifPresent(sibling -> line("RELATED-TO;RELTYPE=SIBLING:" + uid(sibling)));
    line("STATUS:" + (event.cancelled() ? "CANCELLED" : "CONFIRMED"));
    line("END:VEVENT");
  }

  private static String uid(EventId event) {
    return event + "@klatch";
  }

  private static String moment(long millis) {
    return MOMENT.format(Instant.ofEpochMilli(millis));
  }

  /** Section 3.3.11. */
  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").replace("\t", " ");
  }

  /** One content line, folded between characters. */
  private void line(String line) {
    int bytes = 0;
    for (int i = 0; i < line.length();) {
      int character = line.codePointAt(i);
      int size = Character.toString(character).getBytes(StandardCharsets.UTF_8).length;
      if (bytes + size > LINE_BYTES) {
        text.append(LINE_END).append(' ');
        bytes = 1;
      }
      text.appendCodePoint(character);
      bytes += size;
      i += Character.charCount(character);
    }
    text.append(LINE_END);
  }
}
