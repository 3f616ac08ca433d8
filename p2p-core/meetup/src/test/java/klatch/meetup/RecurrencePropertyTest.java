package klatch.meetup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.fortuna.ical4j.model.Recur;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Another program's reading of RFC 5545 gives the same dates. */
final class RecurrencePropertyTest {
  /** With clocks that change in spring and in autumn, half an hour, and at midnight; and with none. */
  private static final List<ZoneId> ZONES = List.of(ZoneId.of("Europe/Berlin"), ZoneId.of("America/New_York"),
      ZoneId.of("Australia/Lord_Howe"), ZoneId.of("America/Santiago"), ZoneId.of("Asia/Kolkata"));

  private static final List<Recurrence.Frequency> FREQUENCIES = List.of(Recurrence.Frequency.values());

  /** A day of 2020 to 2029 and a rule that it belongs to. */
  private record Case(ZonedDateTime first, Recurrence rule) {
    static Case of(Random random) {
      LocalDate day = LocalDate.of(2020, 1, 1).plusDays(random.nextInt(3650));
      ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
      ZonedDateTime first = LocalDateTime.of(day, LocalTime.of(random.nextInt(24), 30 * random.nextInt(2)))
          .atZone(zone);
      Recurrence.Frequency frequency = FREQUENCIES.get(random.nextInt(FREQUENCIES.size()));
      Recurrence.End end = switch (random.nextInt(2)) {
        case 0 -> new Recurrence.End.Count(2 + random.nextInt(30));
        default -> new Recurrence.End.UntilMoment(first.plusDays(3 + random.nextInt(400)).toInstant());
      };
      return new Case(first, rule(random, frequency, first.toLocalDate(), end));
    }

    /**
     * Numbers are counted all from the start or all from the end: ical4j counts a day twice that is meant by two. Those
     * from the end it takes for no day at all when a rule is daily.
     */
    private static Recurrence rule(Random random, Recurrence.Frequency frequency, LocalDate day, Recurrence.End end) {
      boolean fromStart = frequency == Recurrence.Frequency.DAILY || random.nextBoolean();
      boolean counted = frequency == Recurrence.Frequency.MONTHLY && random.nextBoolean();
      List<Recurrence.Day> days = random.nextBoolean()
          ? List.of()
          : IntStream.rangeClosed(0, random.nextInt(3)).mapToObj(i -> i == 0
              ? new Recurrence.Day(counted ? which(fromStart, day) : 0, day.getDayOfWeek())
              : new Recurrence.Day(counted ? (fromStart ? 1 : -1) * (1 + random.nextInt(5)) : 0,
                  DayOfWeek.of(1 + random.nextInt(7))))
              .toList();
      boolean byDayOfMonth = frequency != Recurrence.Frequency.WEEKLY && (days.isEmpty() || !counted)
          && random.nextBoolean();
      int own = day.getDayOfMonth() - (fromStart ? 0 : day.lengthOfMonth() + 1);
      List<Integer> daysOfMonth = byDayOfMonth
          ? List.of(own, (fromStart ? 1 : -1) * (1 + random.nextInt(31)))
          : List.of();
      return new Recurrence(frequency, 1 + random.nextInt(3), days, daysOfMonth, end);
    }

    private static int which(boolean fromStart, LocalDate day) {
      return fromStart
          ? (day.getDayOfMonth() - 1) / 7 + 1
          : -((day.lengthOfMonth() - day.getDayOfMonth()) / 7 + 1);
    }
  }

  @Property(tries = 2_000)
  void ical4jGivesTheSameDates(@ForAll long seed) {
    Case one = Case.of(new Random(seed));
    List<Long> starts;
    try {
      starts = one.rule.starts(one.first.toInstant().toEpochMilli(), one.first.getZone());
    } catch (IllegalArgumentException e) {
      return; // Too few, too many, or too far; RecurrenceTest has these.
    }
    Recur<ZonedDateTime> theirs = new Recur<>(one.rule.text() + ";WKST=MO"); // Its own default is the machine's.
    List<LocalDate> dates = theirs.getDates(one.first, one.first, one.first.plusYears(Recurrence.YEARS + 1)).stream()
        .map(ZonedDateTime::toLocalDate).toList();
    ZoneId zone = one.first.getZone();
    List<LocalDateTime> ours = starts.stream().map(start -> LocalDateTime.ofInstant(Instant.ofEpochMilli(start), zone))
        .toList();
    assertThat(ours).as("%s from %s", one.rule.text(), one.first).extracting(LocalDateTime::toLocalDate)
        .isEqualTo(dates);
    // On the day of a change of clocks ical4j keeps the offset of the start; RFC 5545 does not (RecurrenceTest).
    assertThat(ours).filteredOn(start -> zone.getRules()
        .getValidOffsets(LocalDateTime.of(start.toLocalDate(), one.first.toLocalTime())).size() == 1)
        .allMatch(start -> start.toLocalTime().equals(one.first.toLocalTime()));
  }

  @Property(tries = 1_000)
  void aRuleReadsAsItIsWritten(@ForAll long seed) {
    Recurrence rule = Case.of(new Random(seed)).rule();
    assertThat(Recurrence.parse(rule.text())).isEqualTo(rule);
    assertThat(rule.text()).hasSizeLessThanOrEqualTo(Limits.RULE_CHARS);
  }
}
