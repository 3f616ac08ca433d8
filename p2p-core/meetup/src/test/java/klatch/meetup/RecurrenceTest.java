package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules as people write them, and the dates that they mean. */
final class RecurrenceTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static long millis(String local, ZoneId zone) {
    return LocalDateTime.parse(local).atZone(zone).toInstant().toEpochMilli();
  }

  private static List<String> starts(String rule, String first, ZoneId zone) {
    return Recurrence.parse(rule).starts(millis(first, zone), zone).stream()
        .map(at -> LocalDateTime.ofInstant(Instant.ofEpochMilli(at), zone).toString()).toList();
  }

  @Test
  void sevenStaysSevenWhenTheClocksChange() {
    assertThat(starts("FREQ=WEEKLY;COUNT=3", "2026-10-18T19:00", BERLIN)).containsExactly("2026-10-18T19:00",
        "2026-10-25T19:00", "2026-11-01T19:00");
    List<Long> starts = Recurrence.parse("FREQ=WEEKLY;COUNT=3").starts(millis("2026-10-18T19:00", BERLIN), BERLIN);
    assertThat(starts.get(1) - starts.get(0)).as("a week and an hour").isEqualTo((7 * 24 + 1) * 3_600_000L);
  }

  /** RFC 5545, section 3.3.5. */
  @Test
  void anHourThatIsSkippedComesLaterAndOneThatComesTwiceIsTheFirst() {
    ZoneId newYork = ZoneId.of("America/New_York");
    assertThat(starts("FREQ=DAILY;COUNT=3", "2007-03-10T02:30", newYork)).containsExactly("2007-03-10T02:30",
        "2007-03-11T03:30", "2007-03-12T02:30");
    List<Long> twice = Recurrence.parse("FREQ=DAILY;COUNT=2").starts(millis("2007-11-03T01:30", newYork), newYork);
    assertThat(Instant.ofEpochMilli(twice.get(1))).as("by summer time").isEqualTo("2007-11-04T05:30:00Z");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "FREQ=MONTHLY;BYDAY=2TU;COUNT=3    | 2026-12-08T19:00 | 2026-12-08 2027-01-12 2027-02-09",
      "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3   | 2026-11-27T19:00 | 2026-11-27 2026-12-25 2027-01-29",
      "FREQ=MONTHLY;COUNT=3              | 2026-12-31T19:00 | 2026-12-31 2027-01-31 2027-03-31",
      "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3| 2026-12-31T19:00 | 2026-12-31 2027-01-31 2027-02-28",
      "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2 | 2026-11-13T19:00 | 2026-11-13 2027-08-13",
      "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4  | 2026-11-24T19:00 | 2026-11-24 2026-11-29 2026-12-08 2026-12-13",
      "FREQ=DAILY;BYDAY=MO,TU;UNTIL=20261207       | 2026-11-24T19:00 | 2026-11-24 2026-11-30 2026-12-01 2026-12-07",
      "FREQ=DAILY;INTERVAL=10;UNTIL=20261214T180000Z | 2026-11-24T19:00 | 2026-11-24 2026-12-04 2026-12-14",
      "FREQ=DAILY;INTERVAL=10;UNTIL=20261214T175959Z | 2026-11-24T19:00 | 2026-11-24 2026-12-04",
      "FREQ=MONTHLY;INTERVAL=100;COUNT=2       | 2026-11-24T19:00 | 2026-11-24 2035-03-24",
      "FREQ=MONTHLY;INTERVAL=100;UNTIL=20360101 | 2026-11-24T19:00 | 2026-11-24 2035-03-24",
      "FREQ=MONTHLY;INTERVAL=100;UNTIL=20380101 | 2026-11-24T19:00 | none",
      "FREQ=MONTHLY;INTERVAL=12;COUNT=3 | 2028-02-29T19:00 | 2028-02-29 2032-02-29 2036-02-29",
      "FREQ=MONTHLY;INTERVAL=12;COUNT=4 | 2028-02-29T19:00 | none"})
  void aRuleMeansTheseDays(String rule, String first, String days) {
    if (days.equals("none")) {
      assertThatThrownBy(() -> starts(rule, first, BERLIN)).hasMessageContaining("more than 10 years beyond");
    } else {
      assertThat(starts(rule, first, BERLIN)).extracting(start -> start.substring(0, 10))
          .containsExactly(days.split(" "));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "rrule:freq=weekly;wkst=mo;byday=su,tu;interval=1;count=06 | FREQ=WEEKLY;BYDAY=TU,SU;COUNT=6",
      "COUNT=2;FREQ=MONTHLY;BYMONTHDAY=15,-1,+15 | FREQ=MONTHLY;BYMONTHDAY=-1,15;COUNT=2",
      "FREQ=MONTHLY;BYDAY=+2TU;UNTIL=20271231T200000Z | FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231T200000Z"})
  void aRuleIsWrittenAlwaysTheSameWay(String rule, String written) {
    assertThat(Recurrence.parse(rule).text()).isEqualTo(written);
    assertThat(Recurrence.parse(written).text()).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "FREQ=YEARLY;COUNT=2                | DAILY, WEEKLY or MONTHLY",
      "COUNT=2                            | lacks FREQ",
      "FREQ=DAILY                         | either how often",
      "FREQ=DAILY;COUNT=2;UNTIL=20271231  | either how often",
      "FREQ=DAILY;COUNT=1                 | between 2 and 100",
      "FREQ=DAILY;COUNT=101               | between 2 and 100",
      "FREQ=DAILY;COUNT=99999999999       | is no number",
      "FREQ=DAILY;COUNT=two               | is no number",
      "FREQ=DAILY;INTERVAL=0;COUNT=2      | INTERVAL must be between",
      "FREQ=DAILY;INTERVAL=-1;COUNT=2     | INTERVAL must be between",
      "FREQ=DAILY;BYHOUR=3;COUNT=2        | not 'BYHOUR=3'",
      "FREQ=DAILY;COUNT=2;COUNT=2         | COUNT twice",
      "FREQ=DAILY;COUNT=2;                | not ''",
      "FREQ=DAILY;WKST=SU;COUNT=2         | Mondays",
      "FREQ=DAILY;UNTIL=20270230          | UNTIL=20270230 is no day",
      "FREQ=DAILY;UNTIL=20270201T200000   | is no day",
      "FREQ=WEEKLY;BYDAY=2TU;COUNT=2      | only with FREQ=MONTHLY",
      "FREQ=MONTHLY;BYDAY=0TU;COUNT=2     | no day number 0",
      "FREQ=MONTHLY;BYDAY=6TU;COUNT=2     | between -5 and 5",
      "FREQ=MONTHLY;BYDAY=2TU;BYMONTHDAY=3;COUNT=2 | without BYMONTHDAY",
      "FREQ=WEEKLY;BYMONTHDAY=3;COUNT=2   | does not go with FREQ=WEEKLY",
      "FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2  | between 1 and 31",
      "FREQ=MONTHLY;BYMONTHDAY=32;COUNT=2 | between 1 and 31",
      "FREQ=MONTHLY;BYMONTHDAY=;COUNT=2   | is no number"})
  void whatIsNotTakenIsRefusedWithASentence(String rule, String inMessage) {
    assertThatThrownBy(() -> Recurrence.parse(rule)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(inMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FREQ=DAILY;UNTIL=20300101", "FREQ=WEEKLY;UNTIL=20361231"})
  void moreThanAHundredAreRefused(String rule) {
    assertThatThrownBy(() -> starts(rule, "2026-11-24T19:00", BERLIN)).hasMessageContaining("more than 100 events");
  }

  @Test
  void theFirstDateIsOneOfTheRulesOwnAndNotTheOnlyOne() {
    assertThatThrownBy(() -> starts("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "2026-11-24T19:00", BERLIN))
        .hasMessageContaining("2026-11-24").hasMessageContaining("the first one would be 2026-12-08");
    assertThatThrownBy(() -> starts("FREQ=WEEKLY;UNTIL=20261126", "2026-11-24T19:00", BERLIN))
        .hasMessageContaining("gives 1 event");
  }

  private static EventTimes times(String zone, String local, int hours) {
    long starts = millis(local, ZoneId.of(zone));
    return new EventTimes(zone, starts, starts + hours * Scribe.HOUR, starts - Scribe.HOUR,
        starts + hours * Scribe.HOUR);
  }

  @Test
  void movingAnHourIsMovingItOnTheClockOnTheWall() {
    EventTimes summer = times("Europe/Berlin", "2026-10-18T19:00", 3);
    EventTimes winter = times("Europe/Berlin", "2026-11-01T19:00", 3);
    assertThat(Recurrence.moved(winter, summer, times("Europe/Berlin", "2026-10-26T20:30", 2)))
        .as("a week, a day, and an hour and a half").isEqualTo(times("Europe/Berlin", "2026-11-09T20:30", 2));
    assertThat(Recurrence.moved(winter, summer, times("Europe/Lisbon", "2026-10-18T19:00", 3)))
        .isEqualTo(times("Europe/Lisbon", "2026-11-01T19:00", 3));
    assertThat(Recurrence.moved(winter, summer, summer)).isSameAs(winter);
    assertThatThrownBy(() -> Recurrence.moved(winter, summer,
        new EventTimes("Mars/Base", summer.startsAtMillis(), summer.endsAtMillis(), summer.startsAtMillis(),
            summer.endsAtMillis())))
        .hasMessageContaining("Mars/Base");
  }
}
