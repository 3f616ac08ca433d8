package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import klatch.commitments.ClaimTarget;
import klatch.commitments.ClaimView;
import klatch.commitments.DepositTerms;
import klatch.commitments.Msat;
import klatch.commitments.OwnMoney;
import klatch.commitments.TermsClock;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.EntryId;
import klatch.log.TopicId;
import klatch.meetup.EventCreated;
import klatch.meetup.EventDetails;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.MeetupEvent;
import klatch.meetup.Milestones;
import klatch.meetup.PresenceRule;
import klatch.meetup.Seat;
import org.junit.jupiter.api.Test;

/** What there is to tell, when it begins to matter, and when it no longer does. */
final class NoticeTest {
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long START = 1_800_122_400_000L;
  private static final long END = START + 3 * HOUR;
  private static final DeviceId HOST = DeviceId.of(Ed25519Key.fromSeed(new byte[32]));
  private static final DeviceId SELF = DeviceId.of(Ed25519Key.generate());
  private static final EventId ID = EventId.of(new byte[32]);
  private static final DepositTerms TERMS = ((DepositTerms.Draft.Accepted) DepositTerms.draft(10_000_000,
      new TermsClock(START - 100 * HOUR, START - 12 * HOUR, START - 2 * HOUR, START - HOUR, END, END + 6 * HOUR,
          END + 12 * HOUR),
      1, "02" + "ab".repeat(32), DepositTerms.CLAIM_WINDOW)).terms();

  private static MeetupEvent event(boolean cancelled) {
    var details = new EventDetails("Tea", "", "", new EventTimes("UTC", START, END, START - HOUR, END),
        START - 24 * HOUR, 0, List.of());
    return new MeetupEvent(ID, new TopicId(new byte[32]), HOST,
        new EventCreated(details, 5, List.of(), PresenceRule.DOOR, TERMS.encode()), START - 200 * HOUR,
        cancelled ? Optional.of("rain") : Optional.empty());
  }

  private static Optional<Seat> seat(Seat.Status status) {
    return Optional.of(new Seat(SELF, new EntryId(new byte[32]), START - 90 * HOUR, status, false));
  }

  private static ClaimView claim(ClaimView.State state, long closes) {
    return new ClaimView(ID, state, 1, new Msat(5_000_000), closes, new ClaimTarget.OwnNode(), Optional.empty(),
        Optional.empty());
  }

  private static List<String> due(Notice.Facts facts, long millis) {
    return Notice.of(facts).stream().filter(notice -> notice.isDueAt(millis)).map(notice -> notice.kind().label())
        .sorted().toList();
  }

  private static Notice.Facts facts(DeviceId who, boolean cancelled, Optional<Seat> seat, OwnMoney money) {
    return new Notice.Facts(event(cancelled), who, true, seat, false,
        new Milestones(cancelled ? OptionalLong.of(START - HOUR) : OptionalLong.empty(), OptionalLong.empty()),
        Optional.of(money), Long.MAX_VALUE);
  }

  private static OwnMoney money(String state, ClaimView claim, OwnMoney.Arrived... payouts) {
    return new OwnMoney(state, OptionalLong.of(END + 7 * HOUR), claim, List.of(payouts));
  }

  @Test
  void whoHasASeatAndHasNotLockedIsRemindedOfItAndWhoHasIsNot() {
    var nothing = claim(ClaimView.State.NOTHING_DUE, 0);
    var open = facts(SELF, false, seat(Seat.Status.CONFIRMED), money("offered", nothing));
    assertThat(due(open, START - 12 * HOUR - 1)).containsExactly("starts_within_a_day");
    assertThat(due(open, START - 12 * HOUR)).containsExactly("lock_open", "starts_within_a_day");
    assertThat(due(open, START - 3 * HOUR)).containsExactly("lock_closes", "starts_within_a_day");
    assertThat(due(open, START - 2 * HOUR)).containsExactly("starts_soon");
    var held = facts(SELF, false, seat(Seat.Status.CONFIRMED), money("held", nothing));
    assertThat(due(held, START - 3 * HOUR)).containsExactly("starts_within_a_day");
  }

  @Test
  void aShareIsToldOnceItsOwnNodeHasHadTimeToClaimItAndAgainBeforeItIsLost() {
    long opened = END + 7 * HOUR;
    long closes = opened + TERMS.claimWindowMillis();
    var waits = facts(SELF, false, seat(Seat.Status.CONFIRMED),
        money("released", claim(ClaimView.State.CLAIMABLE, closes)));
    assertThat(due(waits, opened)).containsExactly("refunded");
    assertThat(due(waits, opened + 60_000)).containsExactly("payout_to_claim", "refunded");
    assertThat(due(waits, closes - 24 * HOUR)).containsExactly("claim_closes", "refunded");
    assertThat(due(waits, closes)).containsExactly("refunded");
    var paid = facts(SELF, false, seat(Seat.Status.CONFIRMED), money("released",
        claim(ClaimView.State.PAID, closes), new OwnMoney.Arrived(1, new Msat(5_000_000), opened + HOUR)));
    assertThat(due(paid, opened + HOUR)).containsExactly("payout_arrived", "refunded");
    assertThat(Notice.of(paid)).extracting(Notice::amountMsat).contains(5_000_000L, 10_000_000L);
  }

  @Test
  void aLostDepositIsToldAndACancelledEventRemindsOfNothing() {
    var nothing = claim(ClaimView.State.NOTHING_DUE, 0);
    var lost = facts(SELF, false, seat(Seat.Status.CONFIRMED), money("collected", nothing));
    assertThat(due(lost, END + 8 * HOUR)).containsExactly("forfeited");
    var off = facts(SELF, true, seat(Seat.Status.CONFIRMED), money("offered", nothing));
    assertThat(due(off, START - HOUR)).containsExactly("cancelled");
    assertThat(due(off, END + 31 * 24 * HOUR)).isEmpty();
  }

  @Test
  void theHostIsRemindedOfTheirOwnEventAndOnlyMembersOfACutOff() {
    var nothing = money("", claim(ClaimView.State.NOTHING_DUE, 0));
    assertThat(due(facts(HOST, false, Optional.empty(), nothing), START - HOUR)).containsExactly("check_in_open",
        "starts_soon");
    assertThat(due(facts(SELF, false, Optional.empty(), nothing), START - 25 * HOUR)).containsExactly("rsvp_closes");
    var stranger = new Notice.Facts(event(false), SELF, false, Optional.empty(), false,
        new Milestones(OptionalLong.empty(), OptionalLong.empty()), Optional.empty(), START);
    assertThat(Notice.of(stranger)).isEmpty();
  }

  @Test
  void anEntryThatIsDatedLaterCountsFromNow() {
    var facts = new Notice.Facts(event(true), SELF, true, seat(Seat.Status.CONFIRMED), false,
        new Milestones(OptionalLong.of(END * 2), OptionalLong.empty()), Optional.empty(), START - 50 * HOUR);
    assertThat(Notice.of(facts)).extracting(Notice::fromMillis).containsExactly(START - 50 * HOUR);
  }
}
