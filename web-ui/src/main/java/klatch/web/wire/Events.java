package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers about events, seats and deposits. All times are milliseconds since 1970, all amounts msat. */
public final class Events {
  private Events() {}

  /**
   * {@code POST /events}. Times that are left out get their defaults from the start and the end: lock opens start − 12 h,
   * lock closes start − 2 h, check-in opens start − 30 min, check-in closes end, appeals close + 6 h, payouts close
   * + 12 h.
   *
   * @param group       64 hex digits; may be left out when this person has founded exactly one group
   * @param zone        IANA name, such as Europe/Berlin
   * @param presence    who counts as present: {@code door}, which it is if left out, or {@code peers}
   * @param depositMsat left out for an event without deposits; then the lock, appeal and payout times are refused
   * @param rsvpClosesAtMillis left out: RSVPs are taken until check-in closes
   * @param guestsPerPledge left out: none
   * @param questions what each attendee is asked; only the host can read the answers
   * @param hiddenPlace told only to those with a seat, and to the doors; {@code place} stays for everybody
   * @param cover a JPEG, PNG or WebP in base64 with which the event is shown
   * @param repeat a rule of RFC 5545, such as FREQ=WEEKLY;COUNT=6, by which so many events are announced; these are the first
   *               one's times, and all of its deadlines are moved along
   */
  public record Create(@Nullable String group, String title, @Nullable String description, long startsAtMillis,
      long endsAtMillis, String zone, @Nullable String place, int capacity, @Nullable Long depositMsat,
      @Nullable Long pledgeOpensAtMillis, @Nullable Long lockOpensAtMillis, @Nullable Long lockClosesAtMillis,
      @Nullable Long checkInOpensAtMillis, @Nullable Long checkInClosesAtMillis, @Nullable Long appealsCloseAtMillis,
      @Nullable Long payoutsCloseAtMillis, @Nullable Integer minimumPresent, @Nullable String presence,
      @Nullable Long rsvpClosesAtMillis, @Nullable Integer guestsPerPledge, @Nullable List<String> questions,
      @Nullable String hiddenPlace, @Nullable String cover, @Nullable String repeat) {

    /** An event without cut-off, guests, questions, a hidden place, a picture and repetitions. */
    public Create(@Nullable String group, String title, @Nullable String description, long startsAtMillis,
        long endsAtMillis, String zone, @Nullable String place, int capacity, @Nullable Long depositMsat,
        @Nullable Long pledgeOpensAtMillis, @Nullable Long lockOpensAtMillis, @Nullable Long lockClosesAtMillis,
        @Nullable Long checkInOpensAtMillis, @Nullable Long checkInClosesAtMillis,
        @Nullable Long appealsCloseAtMillis, @Nullable Long payoutsCloseAtMillis, @Nullable Integer minimumPresent,
        @Nullable String presence) {
      this(group, title, description, startsAtMillis, endsAtMillis, zone, place, capacity, depositMsat,
          pledgeOpensAtMillis, lockOpensAtMillis, lockClosesAtMillis, checkInOpensAtMillis, checkInClosesAtMillis,
          appealsCloseAtMillis, payoutsCloseAtMillis, minimumPresent, presence, null, null, null, null, null, null);
    }
  }

  /**
   * {@code POST /events}.
   *
   * @param event    the first one
   * @param warnings what is allowed but should be thought about, such as a dust deposit
   * @param events   all of them, by start
   */
  public record Created(String event, List<Warning> warnings, List<String> events) {}

  /** @param reason names it for those who say it in another language, such as {@code dust} */
  public record Warning(String reason, String message) {}

  /** {@code POST /events/dates}: asks when an event would be, without announcing it. */
  public record Dates(@Nullable String repeat, long startsAtMillis, @Nullable String zone) {}

  /**
   * {@code POST /events/dates}.
   *
   * @param repeat the rule as it is written in the events
   */
  public record DatesFound(String repeat, List<Long> startsAtMillis) {}

  /**
   * Which one of its series an event is.
   *
   * @param series the first event of the series that is here: the same for all of them
   * @param number from 1
   * @param of     how many there are
   * @param repeat the rule by which they were made
   */
  public record Occurrence(String series, int number, int of, String repeat) {}

  /** An event of the same series; one that has not arrived is left out. */
  public record Sibling(String event, int number, long startsAtMillis, boolean cancelled) {}

  /**
   * {@code POST /events/{id}/edit}. What is left out stays. Moving the start or the end moves the hours of check-in along,
   * unless the request says them.
   *
   * @param rsvpClosesAtMillis 0 takes the cut-off away
   * @param cover as in {@link Create}; empty takes it away
   * @param following whether what changes here changes in the same way in all that follow in the series, or in none
   */
  public record Edit(@Nullable String title, @Nullable String description, @Nullable String place,
      @Nullable Long startsAtMillis, @Nullable Long endsAtMillis, @Nullable String zone,
      @Nullable Long checkInOpensAtMillis, @Nullable Long checkInClosesAtMillis, @Nullable Integer capacity,
      @Nullable Long rsvpClosesAtMillis, @Nullable Integer guestsPerPledge, @Nullable List<String> questions,
      @Nullable String hiddenPlace, @Nullable String cover, @Nullable Boolean following) {}

  /**
   * {@code POST /events/{id}/edit}.
   *
   * @param events those that it was about, the event itself first
   */
  public record Edited(String event, int version, List<String> events) {}

  /**
   * One thing that reads otherwise than it did.
   *
   * @param field  title, description, place, zone, starts, ends, check_in_opens, check_in_closes, rsvp_closes,
   *               guests_per_pledge or questions
   * @param before as text: milliseconds since 1970 for a moment, one line for each question, empty for none
   * @param after  the same, now
   */
  public record Change(String field, String before, String after) {}

  /** What one edit changed. */
  public record Version(int version, long atMillis, String by, List<Change> changes) {}

  /** {@code GET /events}. */
  public record EventList(List<Summary> events) {}

  /**
   * @param yours    whether this node's person announced it
   * @param yourSeat this person's seat as in {@link Person#seat}, absent without an RSVP
   * @param confirmed seats taken, guests' included
   * @param waitlisted seats waited for, guests' included
   * @param version of the details, 1 as created
   * @param changedSinceRsvp what reads otherwise now than what this person's RSVP was made for
   * @param reminders all there will be, by moment
   * @param cover the name of the picture with which it is shown, for {@code GET /pictures/{name}}
   * @param occurrence absent for an event that was announced alone
   */
  public record Summary(String id, String group, String title, String zone, long startsAtMillis, long endsAtMillis,
      String place, int capacity, int confirmed, int waitlisted, boolean cancelled, @Nullable Long depositMsat,
      boolean yours, @Nullable String yourSeat, int version, @Nullable Long rsvpClosesAtMillis, int guestsPerPledge,
      List<Change> changedSinceRsvp, List<Reminder> reminders, @Nullable String cover,
      @Nullable Occurrence occurrence) {}

  /**
   * What this person should not forget about an event.
   *
   * @param kind rsvp_closes, starts_within_a_day, starts_soon or check_in_open
   * @param due  whether it is now
   */
  public record Reminder(String kind, long dueAtMillis, long untilMillis, boolean due) {}

  /**
   * {@code GET /events/{id}}.
   *
   * @param terms    absent for an event without deposits
   * @param versions the edits, oldest first
   * @param youHost  whether this node's person may edit it
   * @param placeHidden whether there is a place that only those with a seat are told
   * @param hiddenPlace that place, as soon as this node's person has been told
   * @param quotas   seats that other ledgers than the organiser's may give
   * @param series   all events of its series that are here, itself too, by number; empty for one that was announced alone
   */
  public record Detail(Summary summary, String description, String organiser, long checkInOpensAtMillis,
      long checkInClosesAtMillis, @Nullable String cancelReason, @Nullable Terms terms, List<Person> people,
      List<String> questions, List<Version> versions, boolean youHost, List<Quota> quotas, boolean placeHidden,
      @Nullable String hiddenPlace, List<Sibling> series) {}

  /**
   * Seats that a co-host may give without asking.
   *
   * @param quota 64 hex digits
   * @param seats as handed over; of them {@code taken} are given and {@code returned} handed back
   */
  public record Quota(String quota, String holder, int seats, int taken, int returned) {}

  /** {@code POST /events/{id}/quotas}: hands seats to a co-host. */
  public record Delegate(String person, int seats) {}

  /** {@code POST /events/{id}/quotas}. */
  public record Delegated(String event, String quota) {}

  /**
   * {@code POST /events/{id}/quotas/return}: hands free seats of one's own quotas back.
   *
   * @param seats how many at most; left out: all
   */
  public record Return(@Nullable Integer seats) {}

  /** {@code POST /events/{id}/quotas/return}. */
  public record Returned(String event, int seats) {}

  /** {@code POST /events/{id}/seats}: gives somebody with an RSVP a seat out of one's own quotas. */
  public record GiveSeat(String person) {}

  /** {@code POST /events/{id}/seats}. */
  public record SeatGiven(String event, String person, String seat) {}

  /**
   * The signed terms, decoded.
   *
   * @param finalCltvBlocks what the deposit's hold invoices ask for
   */
  public record Terms(long depositMsat, String mode, long pledgeOpensAtMillis, long lockOpensAtMillis,
      long lockClosesAtMillis, long checkInOpensAtMillis, long checkInClosesAtMillis, long appealsCloseAtMillis,
      long payoutsCloseAtMillis, int minimumPresent, int finalCltvBlocks) {}

  /**
   * One person with an RSVP.
   *
   * @param seat    undecided, confirmed, waitlisted, declined, leaving or withdrawn
   * @param present whether a valid encounter is in the log
   * @param guests  who come along
   * @param answers to the questions; only at an event of this node's person
   * @param petname what this node's person calls them, known to nobody else
   * @param picture its name, for {@code GET /pictures/{name}}
   */
  public record Person(String person, @Nullable String nickname, boolean you, String seat, @Nullable Deposit deposit,
      boolean present, int guests, @Nullable List<String> answers, @Nullable String petname,
      @Nullable String picture) {}

  /**
   * @param state offered, paying, held, released, collected, or failed (then locking can be tried again)
   * @param says  the same for people, such as "held, not spent: comes back when you check in"
   */
  public record Deposit(String state, String says, long msat) {}

  /**
   * {@code POST /events/{id}/rsvp}.
   *
   * @param guests  who come along; left out: nobody
   * @param answers one for each question of the event, in their order
   */
  public record RsvpRequest(@Nullable Integer guests, @Nullable List<String> answers) {}

  /**
   * {@code POST /events/{id}/rsvp} and {@code POST /events/{id}/withdraw}.
   *
   * @param seat as in {@link Person#seat}; undecided until the organiser's node answers
   */
  public record Rsvp(String event, String seat) {}

  /**
   * {@code POST /events/{id}/cancel}.
   *
   * @param following whether all that follow in the series are called off too
   */
  public record Cancel(@Nullable String reason, @Nullable Boolean following) {}

  /**
   * {@code POST /events/{id}/cancel}.
   *
   * @param events those that are called off now, the event itself first
   */
  public record Cancelled(String event, List<String> events) {}

  /** {@code POST /events/{id}/lock}. */
  public record Locked(String event, Deposit deposit) {}

  /**
   * {@code GET /events/{id}/door}.
   *
   * @param frame the code that the door shows now, as QR text
   * @param url   the same for phones of guests without a node, while their page is open: it leads there
   * @param door  whether this device is a door of the event: it may take its own check-ins back
   * @param byHand whether it may check people in by hand too
   */
  public record Door(String event, String frame, long validUntilMillis, @Nullable String url, boolean door,
      boolean byHand) {}

  /**
   * {@code POST /events/{id}/by-hand}.
   *
   * @param person whom this door lets in by its word alone
   * @param reason for everybody to read
   */
  public record ByHand(@Nullable String person, @Nullable String reason) {}

  /**
   * {@code POST /events/{id}/by-hand}.
   *
   * @param written false for somebody who was present already
   */
  public record LetIn(String event, String person, boolean present, boolean written) {}

  /**
   * {@code POST /events/{id}/checkin}.
   *
   * @param frame the door's code as scanned
   */
  public record CheckIn(@Nullable String frame) {}

  /** {@code POST /events/{id}/checkin}. */
  public record CheckedIn(String event, boolean present, @Nullable Deposit deposit) {}

  /**
   * {@code POST /events/{id}/scan}.
   *
   * @param frame what the camera has read
   */
  public record Scan(@Nullable String frame) {}

  /**
   * {@code POST /events/{id}/scan}.
   *
   * @param step             answered, signed, done or already
   * @param other            the person behind the other device
   * @param frame            what to show next, after answered and signed
   * @param validUntilMillis when an answer is too old
   * @param present          whether the other person is present by the event's rule, as far as this node knows
   * @param youPresent       the same of this node's person
   */
  public record Scanned(String event, String step, String other, @Nullable String nickname, @Nullable String frame,
      @Nullable Long validUntilMillis, boolean present, boolean youPresent) {}

  /**
   * {@code POST /events/{id}/undo}.
   *
   * @param person whose check-in was wrong
   * @param reason for everybody to read
   */
  public record Undo(@Nullable String person, @Nullable String reason) {}

  /** {@code POST /events/{id}/undo}. */
  public record Undone(String event, String person, boolean present) {}

  /**
   * {@code GET /events/{id}/presence}.
   *
   * @param rule          door or peers
   * @param overstretched people who stand alone for so many that their word does not count
   * @param adrift        groups of people who met each other and have no path to a door
   * @param undone        who is not present and had a check-in that was undone: their deposits go back
   */
  public record PresenceReport(String event, String rule, List<Met> people, List<String> overstretched,
      List<List<String>> adrift, List<String> undone) {}

  /**
   * Somebody who met somebody, or was let in by hand.
   *
   * @param counted how many of their encounters count, of {@code needed}
   * @param byHand  the doors that checked them in by hand
   * @param says    why, for people
   */
  public record Met(String person, @Nullable String nickname, boolean present, int counted, int needed,
      List<String> byHand, String says) {}
}
