package klatch.web;

import java.time.Duration;
import java.util.Objects;
import klatch.commitments.TermsClock;
import klatch.meetup.EventDetails;
import klatch.meetup.EventTimes;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;

/** The deadlines of a new event: those asked for, and the defaults for the rest (docs/spec/local-api.md). */
final class EventClock {
  private static final Duration LOCK_OPENS_BEFORE_START = Duration.ofHours(12);
  private static final Duration LOCK_CLOSES_BEFORE_START = Duration.ofHours(2);
  private static final Duration CHECK_IN_OPENS_BEFORE_START = Duration.ofMinutes(30);
  private static final Duration APPEALS_CLOSE_AFTER_CHECK_IN = Duration.ofHours(6);
  private static final Duration PAYOUTS_CLOSE_AFTER_CHECK_IN = Duration.ofHours(12);

  private EventClock() {}

  /** When the event is and when its doors are open. */
  static EventTimes times(Events.Create request) {
    return new EventTimes(Call.required(request.zone(), "zone"), request.startsAtMillis(), request.endsAtMillis(),
        checkInOpens(request), checkInCloses(request));
  }

  /** What is asked for, as much later as its start; every deadline keeps its distance from it. */
  static Events.Create at(Events.Create request, long startsAtMillis) {
    long later = startsAtMillis - request.startsAtMillis();
    return new Events.Create(request.group(), request.title(), request.description(), startsAtMillis,
        request.endsAtMillis() + later, request.zone(), request.place(), request.capacity(), request.depositMsat(),
        plus(request.pledgeOpensAtMillis(), later), plus(request.lockOpensAtMillis(), later),
        plus(request.lockClosesAtMillis(), later), plus(request.checkInOpensAtMillis(), later),
        plus(request.checkInClosesAtMillis(), later), plus(request.appealsCloseAtMillis(), later),
        plus(request.payoutsCloseAtMillis(), later), request.minimumPresent(), request.presence(),
        plus(request.rsvpClosesAtMillis(), later), request.guestsPerPledge(), request.questions(),
        request.hiddenPlace(), request.cover(), request.repeat());
  }

  private static @Nullable Long plus(@Nullable Long millis, long later) {
    return millis == null ? null : Long.valueOf(millis + later);
  }

  /** The times as an edit wants them: check-in moves along with the start and the end unless it is named. */
  static EventTimes moved(EventTimes times, Events.Edit request) {
    long starts = or(request.startsAtMillis(), times.startsAtMillis());
    long ends = or(request.endsAtMillis(), times.endsAtMillis() + starts - times.startsAtMillis());
    return new EventTimes(request.zone() == null ? times.zone() : request.zone(), starts, ends,
        or(request.checkInOpensAtMillis(), times.checkInOpensAtMillis() + starts - times.startsAtMillis()),
        or(request.checkInClosesAtMillis(), times.checkInClosesAtMillis() + ends - times.endsAtMillis()));
  }

  /** The cut-off as an edit wants it, which says 0 for none; it moves along with the start unless it is named. */
  static @Nullable Long rsvpCloses(EventDetails details, Events.Edit request) {
    Long asked = request.rsvpClosesAtMillis();
    if (asked != null) {
      return asked == 0 ? null : asked;
    }
    Long standing = details.rsvpClosesAtMillis();
    long starts = details.times().startsAtMillis();
    return standing == null ? null : standing + or(request.startsAtMillis(), starts) - starts;
  }

  /** The cut-off of an event that follows one which is edited: its own, or as long before the start as that one's is now. */
  static @Nullable Long rsvpCloses(EventDetails details, EventTimes moved, EventDetails before, EventDetails after) {
    Long asked = after.rsvpClosesAtMillis();
    if (Objects.equals(beforeStart(before), beforeStart(after))) {
      Long own = beforeStart(details);
      return own == null ? null : Long.valueOf(moved.startsAtMillis() - own);
    }
    return asked == null ? null : Long.valueOf(moved.startsAtMillis() - after.times().startsAtMillis() + asked);
  }

  private static @Nullable Long beforeStart(EventDetails details) {
    Long closes = details.rsvpClosesAtMillis();
    return closes == null ? null : Long.valueOf(details.times().startsAtMillis() - closes);
  }

  /**
   * The deadlines of the deposits.
   *
   * @param nowMillis when pledges open unless the request says so: at once
   */
  static TermsClock deposits(Events.Create request, long nowMillis) {
    long starts = request.startsAtMillis();
    long lockOpens = or(request.lockOpensAtMillis(), starts - LOCK_OPENS_BEFORE_START.toMillis());
    return new TermsClock(or(request.pledgeOpensAtMillis(), Math.min(nowMillis, lockOpens)), lockOpens,
        or(request.lockClosesAtMillis(), starts - LOCK_CLOSES_BEFORE_START.toMillis()), checkInOpens(request),
        checkInCloses(request),
        or(request.appealsCloseAtMillis(), checkInCloses(request) + APPEALS_CLOSE_AFTER_CHECK_IN.toMillis()),
        or(request.payoutsCloseAtMillis(), checkInCloses(request) + PAYOUTS_CLOSE_AFTER_CHECK_IN.toMillis()));
  }

  /** Refuses deadlines of deposits for an event that has none: a forgotten deposit must not go unseen. */
  static void refuseWithoutDeposit(Events.Create request) {
    if (request.pledgeOpensAtMillis() != null || request.lockOpensAtMillis() != null
        || request.lockClosesAtMillis() != null || request.appealsCloseAtMillis() != null
        || request.payoutsCloseAtMillis() != null
        || request.minimumPresent() != null) {
      throw PublicException.invalid(
          "lock, appeal and payout times and minimumPresent need a deposit: the field 'depositMsat' is missing");
    }
  }

  private static long checkInOpens(Events.Create request) {
    return or(request.checkInOpensAtMillis(), request.startsAtMillis() - CHECK_IN_OPENS_BEFORE_START.toMillis());
  }

  private static long checkInCloses(Events.Create request) {
    return or(request.checkInClosesAtMillis(), request.endsAtMillis());
  }

  private static long or(@Nullable Long asked, long otherwise) {
    return asked == null ? otherwise : asked;
  }
}
