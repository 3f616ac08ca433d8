package klatch.meetup;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How an event repeats: the part of the rules of RFC 5545 (section 3.3.10) that people plan evenings by. It always ends.
 *
 * @param interval every so many days, weeks or months, 1 to {@link #INTERVAL}
 * @param days on which days of the week, in their order; empty when the rule does not say
 * @param daysOfMonth 1 to 31, or counted from the end, −1 to −31; empty when the rule does not say
 */
public record Recurrence(Frequency frequency, int interval, List<Day> days, List<Integer> daysOfMonth, End end) {
  /** A year of days, of leap years too. */
  public static final int INTERVAL = 366;
  /** Nobody plans further ahead, and it bounds the search of a rule that hardly ever fits. */
  public static final int YEARS = 10;
  /** A month has no more weeks than this, begun ones counted. */
  private static final int WEEKS_OF_MONTH = 5;
  private static final int DAYS_OF_MONTH = 31;
  private static final int DAYS_OF_WEEK = 7;
  private static final Comparator<Day> BY_DAY = Comparator.comparing(Day::day).thenComparing(Day::which);

  /** What {@link #interval} counts. */
  public enum Frequency {
    DAILY, WEEKLY, MONTHLY
  }

  /**
   * A day of the week.
   *
   * @param which 0 for each of them; of a month, 2 is the second one and −1 the last
   */
  public record Day(int which, DayOfWeek day) {
    public Day {
      Limits.within(which, -WEEKS_OF_MONTH, WEEKS_OF_MONTH, "which day of a month");
    }
  }

  /** When it has repeated enough. */
  public sealed interface End {
    /** After so many events, the first one counted. */
    record Count(int events) implements End {
      public Count {
        Limits.within(events, 2, Limits.SERIES_EVENTS, "COUNT");
      }
    }

    /** After this day, where the event is. */
    record UntilDay(LocalDate day) implements End {
    }

    /** An event that starts at this moment is the last one. */
    record UntilMoment(Instant moment) implements End {
    }
  }

  public Recurrence {
    Limits.within(interval, 1, INTERVAL, "INTERVAL");
    days = days.stream().distinct().sorted(BY_DAY).toList();
    daysOfMonth = daysOfMonth.stream().distinct().sorted().toList();
    daysOfMonth
        .forEach(day -> Limits.within(Math.abs(day), 1, DAYS_OF_MONTH, "a day of BYMONTHDAY, without its sign,"));
    boolean counted = days.stream().anyMatch(day -> day.which() != 0);
    if (counted && (frequency != Frequency.MONTHLY || !daysOfMonth.isEmpty())) {
      throw new IllegalArgumentException(
          "BYDAY says which one of a month, as in 2TU, only with FREQ=MONTHLY and without BYMONTHDAY");
    }
    if (frequency == Frequency.WEEKLY && !daysOfMonth.isEmpty()) {
      throw new IllegalArgumentException("BYMONTHDAY does not go with FREQ=WEEKLY");
    }
  }

  /**
   * Reads a rule, capitals or not, with or without {@code RRULE:} before it.
   *
   * @throws IllegalArgumentException with a sentence for people, if it is none of these
   */
  public static Recurrence parse(String text) {
    return RecurrenceText.parse(text);
  }

  /** The rule as RFC 5545 writes it, always the same way: what {@link #parse} reads. */
  public String text() {
    return RecurrenceText.of(this);
  }

  /**
   * When the events start: the first one, and those that follow it at the same time of the day in their zone. An hour that
   * a clock skips is taken as if it had not been put forward yet, one that comes twice is the first of the two (section
   * 3.3.5).
   *
   * @param firstMillis has to be one of the rule's own
   * @return 2 to {@link Limits#SERIES_EVENTS}, in milliseconds since 1970
   * @throws IllegalArgumentException with a sentence for people, if they are fewer or more, or too far away
   */
  public List<Long> starts(long firstMillis, ZoneId zone) {
    LocalDateTime first = LocalDateTime.ofInstant(Instant.ofEpochMilli(firstMillis), zone);
    List<Long> starts = new ArrayList<>();
    LocalDate last = first.toLocalDate().plusYears(YEARS);
    for (long period = 0; !start(first.toLocalDate(), period).isAfter(last); period++) {
      for (LocalDate date : dates(first.toLocalDate(), period)) {
        if (date.isBefore(first.toLocalDate())) {
          continue;
        }
        if (starts.isEmpty() && !date.equals(first.toLocalDate())) {
          throw new IllegalArgumentException("the first event is on " + first.toLocalDate()
              + ", which is no day of the rule " + text() + "; the first one would be " + date);
        }
        long moment = starts.isEmpty()
            ? firstMillis
            : LocalDateTime.of(date, first.toLocalTime()).atZone(zone).toInstant().toEpochMilli();
        if (isAfterEnd(date, moment, starts.size())) {
          return several(starts);
        }
        starts.add(moment);
        if (starts.size() > Limits.SERIES_EVENTS) {
          throw new IllegalArgumentException("the rule " + text() + " gives more than " + Limits.SERIES_EVENTS
              + " events; let it end earlier, with COUNT or UNTIL");
        }
      }
    }
    if (isOverBy(last, starts.size(), zone)) {
      return several(starts);
    }
    throw new IllegalArgumentException("the rule " + text() + " reaches more than " + YEARS
        + " years beyond the first event; let it end earlier, with COUNT or UNTIL");
  }

  private List<Long> several(List<Long> starts) {
    if (starts.size() < 2) {
      throw new IllegalArgumentException("the rule " + text() + " gives " + starts.size()
          + " event; an event that repeats takes place twice at least");
    }
    return List.copyOf(starts);
  }

  private boolean isAfterEnd(LocalDate date, long moment, int before) {
    return switch (end) {
      case End.Count(int events) -> before == events;
      case End.UntilDay(LocalDate day) -> date.isAfter(day);
      case End.UntilMoment(Instant until) -> moment > until.toEpochMilli();
    };
  }

  /** Whether nothing more can come, although no day beyond the end was met. */
  private boolean isOverBy(LocalDate last, int events, ZoneId zone) {
    return switch (end) {
      case End.Count(int all) -> events == all;
      case End.UntilDay(LocalDate day) -> !day.isAfter(last);
      case End.UntilMoment(Instant until) -> !LocalDate.ofInstant(until, zone).isAfter(last);
    };
  }

  /** The first day of a period; weeks begin on Mondays. */
  private LocalDate start(LocalDate first, long period) {
    return switch (frequency) {
      case DAILY -> first.plusDays(period * interval);
      case WEEKLY -> first.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).plusWeeks(period * interval);
      case MONTHLY -> first.withDayOfMonth(1).plusMonths(period * interval);
    };
  }

  /** The days of a period on which the rule has an event, in order. */
  private Set<LocalDate> dates(LocalDate first, long period) {
    LocalDate start = start(first, period);
    Set<LocalDate> dates = new TreeSet<>();
    switch (frequency) {
      case DAILY -> Stream.of(start).filter(this::isOnDay).filter(this::isOnDayOfMonth).forEach(dates::add);
      case WEEKLY -> {
        for (int i = 0; i < DAYS_OF_WEEK; i++) {
          LocalDate date = start.plusDays(i);
          if (days.isEmpty() ? date.getDayOfWeek() == first.getDayOfWeek() : isOnDay(date)) {
            dates.add(date);
          }
        }
      }
      case MONTHLY -> {
        boolean silent = days.isEmpty() && daysOfMonth.isEmpty();
        for (int i = 1; i <= YearMonth.from(start).lengthOfMonth(); i++) {
          LocalDate date = start.withDayOfMonth(i);
          if (silent ? i == first.getDayOfMonth() : isOnDay(date) && isOnDayOfMonth(date)) {
            dates.add(date);
          }
        }
      }
    }
    return dates;
  }

  private boolean isOnDay(LocalDate date) {
    int length = date.lengthOfMonth();
    int fromStart = (date.getDayOfMonth() - 1) / DAYS_OF_WEEK + 1;
    int fromEnd = -((length - date.getDayOfMonth()) / DAYS_OF_WEEK + 1);
    return days.isEmpty() || days.stream().anyMatch(day -> day.day() == date.getDayOfWeek()
        && (day.which() == 0 || day.which() == fromStart || day.which() == fromEnd));
  }

  private boolean isOnDayOfMonth(LocalDate date) {
    return daysOfMonth.isEmpty() || daysOfMonth.contains(date.getDayOfMonth())
        || daysOfMonth.contains(date.getDayOfMonth() - date.lengthOfMonth() - 1);
  }

  /**
   * Times moved in the way in which another event's were, on the clocks on the walls there: seven becomes half past seven in
   * summer and in winter, when an evening in summer was moved by half an hour. Lengths change by as much as its did.
   *
   * @param from the other event's times before
   * @param to and after
   * @throws IllegalArgumentException if a zone is not known here
   */
  public static EventTimes moved(EventTimes times, EventTimes from, EventTimes to) {
    if (from.equals(to)) {
      return times;
    }
    String zone = from.zone().equals(to.zone()) ? times.zone() : to.zone();
    long wall = ChronoUnit.MILLIS.between(local(from.startsAtMillis(), from.zone()),
        local(to.startsAtMillis(), to.zone()));
    long starts = local(times.startsAtMillis(), times.zone()).plus(wall, ChronoUnit.MILLIS).atZone(zone(zone))
        .toInstant().toEpochMilli();
    long moved = starts - times.startsAtMillis();
    long other = to.startsAtMillis() - from.startsAtMillis();
    return new EventTimes(zone, starts, times.endsAtMillis() + moved + to.endsAtMillis() - from.endsAtMillis() - other,
        times.checkInOpensAtMillis() + moved + to.checkInOpensAtMillis() - from.checkInOpensAtMillis() - other,
        times.checkInClosesAtMillis() + moved + to.checkInClosesAtMillis() - from.checkInClosesAtMillis() - other);
  }

  private static LocalDateTime local(long millis, String zone) {
    return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), zone(zone));
  }

  /** @throws IllegalArgumentException if no zone has that name here */
  public static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no time zone is called \"" + Limits.zone(name) + "\"", e);
    }
  }
}
