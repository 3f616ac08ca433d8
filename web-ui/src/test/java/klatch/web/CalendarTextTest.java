package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.EventCreated;
import klatch.meetup.EventDetails;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.MeetupEvent;
import klatch.meetup.PresenceRule;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.Property;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.property.RelatedTo;
import org.junit.jupiter.api.Test;

/** The calendar files that leave the node, read and validated by another program's rules. */
final class CalendarTextTest {
  private static final long START = 1_900_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final EventId FIRST = EventId.parse("f1".repeat(32));

  private static MeetupEvent event(String title, String description, Optional<String> cancellation) {
    var times = new EventTimes("Europe/Berlin", START, START + 2 * HOUR, START, START + 2 * HOUR);
    var created = new EventCreated(new EventDetails(title, description, "", times), 5, List.of(), PresenceRule.DOOR,
        ByteString.EMPTY);
    return new MeetupEvent(EventId.parse("e7".repeat(32)), new TopicId(new byte[32]),
        DeviceId.of(Ed25519Key.fromSeed(new byte[32])), created, START - 100 * HOUR, cancellation);
  }

  private static VEvent read(MeetupEvent event, String place) throws Exception {
    var text = CalendarText.of(List.of(new CalendarText.Entry(event, place, Optional.of(FIRST))));
    Calendar calendar = new CalendarBuilder().build(new StringReader(text));
    assertThat(calendar.validate().hasErrors()).as(calendar.validate().toString()).isFalse();
    return calendar.<VEvent>getComponents("VEVENT").getFirst();
  }

  @Test
  void anotherProgramReadsWhatWasMeant() throws Exception {
    var read = read(event("Tea; cake, and \\ more", "First line\nsecond: \"quoted\"", Optional.empty()),
        "Café Zoë, 2nd floor");
    assertThat(read.getSummary().getValue()).isEqualTo("Tea; cake, and \\ more");
    assertThat(read.getDescription().getValue()).isEqualTo("First line\nsecond: \"quoted\"");
    assertThat(read.getLocation().getValue()).isEqualTo("Café Zoë, 2nd floor");
    assertThat(read.getUid().orElseThrow().getValue()).isEqualTo("e7".repeat(32) + "@klatch");
    assertThat(read.getStatus().getValue()).isEqualTo("CONFIRMED");
    RelatedTo related = read.getRequiredProperty(Property.RELATED_TO);
    assertThat(related.getValue()).isEqualTo("f1".repeat(32) + "@klatch");
    assertThat(related.getRequiredParameter("RELTYPE").getValue()).isEqualTo("SIBLING");
    Temporal start = read.getDateTimeStart().getDate();
    assertThat(Instant.from(start).toEpochMilli()).isEqualTo(START);
  }

  @Test
  void anEventThatIsOffSaysSo() throws Exception {
    var read = read(event("Tea", "", Optional.of("rain")), "");
    assertThat(read.getStatus().getValue()).isEqualTo("CANCELLED");
    assertThat(read.getSequence().getSequenceNo()).isEqualTo(1);
    assertThat(read.getLocation()).isNull();
  }

  /** Titles are of strangers: none of them writes a line of its own. */
  @Test
  void longAndHostileTextsStayInTheirPlace() throws Exception {
    var title = "🎲Ω".repeat(30) + "END:VEVENT";
    var description = "x\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Mine\n" + "ä".repeat(3000);
    var event = event(title, description, Optional.empty());
    assertThat(read(event, "").getSummary().getValue()).isEqualTo(title);
    assertThat(read(event, "").getDescription().getValue()).isEqualTo(description);
    CalendarText.of(List.of(new CalendarText.Entry(event, "", Optional.empty()))).lines()
        .forEach(line -> assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(75));
  }

  @Test
  void noEventsAreACalendarToo() throws Exception {
    assertThat(CalendarText.of(List.of())).startsWith("BEGIN:VCALENDAR\r\n").endsWith("END:VCALENDAR\r\n");
  }
}
