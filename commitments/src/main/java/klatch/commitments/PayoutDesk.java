package klatch.commitments;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.CommitmentStore.PayoutRow;
import klatch.commitments.journal.HashUse;
import klatch.log.Bytes32;
import klatch.log.DeviceId;
import klatch.log.StoreException;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pays out the pot of one settled event, round by round. A payout is saved before it is sent and looked up before it is
 * sent again. Touched by the event's own thread.
 */
final class PayoutDesk {
  private static final Logger LOG = LoggerFactory.getLogger(PayoutDesk.class);

  /** How long to rest after the first, second, third failure; then an hour each time. */
  private static final List<Duration> RESTS = List.of(Duration.ofMinutes(1), Duration.ofMinutes(5),
      Duration.ofMinutes(25));
  private static final Duration LONG_REST = Duration.ofHours(1);

  /** After so many failures in a row the payee is asked for a fresh invoice. */
  private static final int TRIES_PER_INVOICE = 3;
  private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(60);
  private static final byte[] ID_DOMAIN = "klatch-payout-1".getBytes(StandardCharsets.US_ASCII);

  private final Surroundings parts;
  private final EventId event;
  private final Voice voice;
  private final Map<Key, PayoutState> states = new HashMap<>();

  private record Key(int round, DeviceId person) {}

  /** What is needed to work on one payout. */
  private record Case(MeetupEvent meetupEvent, DepositTerms terms, Statements said,
      Said<DepositMessage.Round> round, Payout payout) {
    Key key() {
      return new Key(round.message().round(), payout.person());
    }
  }

  PayoutDesk(Surroundings parts, EventId event) {
    this.parts = parts;
    this.event = event;
    this.voice = new Voice(parts);
    for (PayoutRow row : parts.store().payouts(event)) {
      states.put(new Key(row.round(), row.person()), row.state());
    }
  }

  /** @return whether anything was done */
  boolean advance(MeetupEvent meetupEvent, DepositTerms terms, Statements said) {
    DeviceId host = parts.self();
    if (said.first(host, DepositMessage.Report.class).isPresent()) {
      return false;
    }
    DepositMessage.Settled settled = said.first(host, DepositMessage.Settled.class).orElseThrow().message();
    Settlement settlement = new Settlement(event, settled.pot(), settled.shares());
    List<Payouts.Done> done = said.done(host);
    int rounds = said.rounds(host);
    if (parts.withdrawUrl().isPresent() && !parts.withdrawUrl().equals(said.withdrawAt(host))) {
      return voice(meetupEvent, new DepositMessage.WithdrawAt(event, parts.withdrawUrl().get()));
    }
    if (done.size() == rounds) {
      List<Payout> next = Payouts.next(settlement, done);
      voice.say(meetupEvent.group(), next.isEmpty()
          ? report(settlement, done)
          : new DepositMessage.Round(event, rounds + 1, next));
      return true;
    }
    Said<DepositMessage.Round> round = said.round(host, rounds).orElseThrow();
    boolean did = false;
    for (Payout payout : round.message().payouts()) {
      if (said.outcome(host, rounds, payout.person()).isEmpty()) {
        did |= work(new Case(meetupEvent, terms, said, round, payout));
      }
    }
    return did;
  }

  static DepositMessage.Report report(Settlement settlement, List<Payouts.Done> done) {
    Msat paidOut = Msat.ZERO;
    Msat fees = Msat.ZERO;
    for (Payouts.Done round : done) {
      for (PayoutOutcome outcome : round.outcomes().values()) {
        if (outcome instanceof PayoutOutcome.Paid(var amount, var fee)) {
          paidOut = paidOut.plus(amount);
          fees = fees.plus(fee);
        }
      }
    }
    return new DepositMessage.Report(settlement.event(), settlement.pot(), paidOut, fees,
        settlement.pot().minus(paidOut).minus(fees));
  }

  private boolean work(Case now) {
    try {
      return switch (states.getOrDefault(now.key(), new PayoutState.Due(0, 0))) {
        case PayoutState.Due due -> due(now, due);
        case PayoutState.Paying paying -> paying(now, paying);
        case PayoutState.Resting resting -> resting(now, resting);
        case PayoutState.Paid(var amount, var fee, var preimage) -> say(now,
            new DepositMessage.Paid(event, now.payout().person(), now.key().round(), amount, fee, preimage));
        case PayoutState.Unclaimed _ ->
          say(now, new DepositMessage.Unclaimed(event, now.payout().person(), now.key().round()));
        case PayoutState.Repriced(var fee) ->
          say(now, new DepositMessage.Repriced(event, now.payout().person(), now.key().round(), fee));
      };
    } catch (LightningException | StoreException e) {
      LOG.warn("event {}: the payout to {} has to wait: {}", event, now.payout().person(), e.getMessage());
      return false;
    }
  }

  private boolean due(Case now, PayoutState.Due due) {
    Optional<Said<DepositMessage.Claim>> claim = now.said().claim(parts.self(), now.payout().person(),
        now.key().round());
    if (closed(now)) {
      return giveUp(now, claim);
    }
    if (claim.isEmpty() || parts.clock().millis() < due.notBeforeMillis() || cutOff()) {
      return false;
    }
    Optional<String> invoice = invoice(now.said(), claim.get());
    if (invoice.isEmpty()) {
      return false;
    }
    return switch (new ClaimCheck(parts, event).check(claim.get(), invoice.get(), now.payout(),
        now.key().round())) {
      case ClaimCheck.Refused(var reason) -> refuse(now, claim.get(), reason);
      case ClaimCheck.Later(var reason) -> later(now, due, reason);
      case ClaimCheck.TooDear(var fee) -> put(now, new PayoutState.Repriced(fee));
      case ClaimCheck.Good(var good) -> pay(now, new PayoutState.Paying(due.attempts() + 1, good));
    };
  }

  /** The claim's own; for a claim by code the one that came with the secret, if one came. */
  private Optional<String> invoice(Statements said, Said<DepositMessage.Claim> claim) {
    return claim.message().code().isEmpty()
        ? Optional.of(claim.message().invoice())
        : said.withdrawal(parts.self(), claim.entry()).map(s -> s.message().invoice());
  }

  /** The payout that is open to whoever has this secret. */
  private Optional<Case> openTo(Preimage secret, MeetupEvent meetupEvent, DepositTerms terms, Statements said) {
    int rounds = said.rounds(parts.self());
    if (rounds == 0) {
      return Optional.empty();
    }
    Said<DepositMessage.Round> round = said.round(parts.self(), rounds).orElseThrow();
    return round.message().payouts().stream()
        .filter(payout -> said.outcome(parts.self(), rounds, payout.person()).isEmpty())
        .filter(payout -> said.claim(parts.self(), payout.person(), rounds)
            .flatMap(claim -> claim.message().code()).equals(Optional.of(secret.hash())))
        .findFirst().map(payout -> new Case(meetupEvent, terms, said, round, payout)).filter(open -> !closed(open));
  }

  Optional<Withdrawable> withdrawable(Preimage secret, MeetupEvent meetupEvent, DepositTerms terms, Statements said) {
    return openTo(secret, meetupEvent, terms, said).filter(open -> withdrawn(open).isEmpty())
        .map(open -> new Withdrawable(open.payout().amount(), meetupEvent.details().title()));
  }

  private Optional<Said<DepositMessage.Withdrawal>> withdrawn(Case open) {
    return open.said().claim(parts.self(), open.payout().person(), open.key().round())
        .flatMap(claim -> open.said().withdrawal(parts.self(), claim.entry()));
  }

  /** Takes the first good invoice that comes with the secret; the same one again changes nothing. */
  Optional<WithdrawResult> withdraw(Preimage secret, String bolt11, MeetupEvent meetupEvent, DepositTerms terms,
      Statements said) {
    return openTo(secret, meetupEvent, terms, said).map(open -> {
      Optional<String> taken = withdrawn(open).map(s -> s.message().invoice());
      if (taken.isPresent()) {
        return taken.get().equals(bolt11)
            ? new WithdrawResult.Accepted()
            : new WithdrawResult.Refused("this code has been used with another invoice");
      }
      Said<DepositMessage.Claim> claim = said.claim(parts.self(), open.payout().person(), open.key().round())
          .orElseThrow();
      if (bolt11.isEmpty() || bolt11.length() > DepositMessage.INVOICE_CHARS) {
        return new WithdrawResult.Refused("an invoice has 1.." + DepositMessage.INVOICE_CHARS + " characters, not "
            + bolt11.length());
      }
      if (new ClaimCheck(parts, event).check(claim, bolt11, open.payout(),
          open.key().round()) instanceof ClaimCheck.Refused(var reason)) {
        return new WithdrawResult.Refused(reason);
      }
      say(open, new DepositMessage.Withdrawal(event, open.payout().person(), open.key().round(), claim.entry(), secret,
          bolt11));
      return new WithdrawResult.Accepted();
    });
  }

  /** A claim that could not be paid in time is answered before the payout goes on to the next person. */
  private boolean giveUp(Case now, Optional<Said<DepositMessage.Claim>> claim) {
    return claim.map(c -> refuse(now, c, "it could not be paid before the claim window closed"))
        .orElseGet(() -> put(now, new PayoutState.Unclaimed()));
  }

  private boolean later(Case now, PayoutState.Due due, String reason) {
    LOG.info("event {}: the payout to {} waits: {}", event, now.payout().person(), reason);
    return put(now, new PayoutState.Due(due.attempts(), parts.clock().millis() + RESTS.getFirst().toMillis()));
  }

  private boolean refuse(Case now, Said<DepositMessage.Claim> claim, String reason) {
    String brief = reason.substring(0, Math.min(reason.length(), DepositMessage.REASON_CHARS));
    return say(now, new DepositMessage.ClaimRefused(event, now.payout().person(), now.key().round(), claim.entry(),
        brief));
  }

  private boolean pay(Case now, PayoutState.Paying paying) {
    parts.store().save(List.of(
        new Change.UseHash(paying.invoice().hash(),
            new HashUse.Payout(event, now.key().round(), now.payout().person())),
        new Change.PutPayout(event, now.key().round(), now.payout().person(), paying)));
    states.put(now.key(), paying);
    send(now, paying);
    return true;
  }

  private Payment send(Case now, PayoutState.Paying paying) {
    parts.killPoint().at(KillPoint.Step.PAYING, KillPoint.Moment.BEFORE_EFFECT);
    Payment payment = parts.lightning().pay(new Lightning.PayRequest(id(now.key(), paying.attempt()),
        paying.invoice().bolt11(), now.payout().maxFee(), ROUTE_TIMEOUT));
    parts.killPoint().at(KillPoint.Step.PAYING, KillPoint.Moment.AFTER_EFFECT);
    return payment;
  }

  private boolean paying(Case now, PayoutState.Paying paying) {
    Payment payment = parts.lightning().payment(id(now.key(), paying.attempt())).orElseGet(() -> send(now, paying));
    return switch (payment) {
      case Payment.Pending _ -> false;
      case Payment.Sent(_, var preimage, var amount, var fee) -> put(now,
          new PayoutState.Paid(amount, fee, preimage));
      case Payment.Failed(_, var reason, _) -> failed(now, paying, reason);
    };
  }

  private boolean failed(Case now, PayoutState.Paying paying, String reason) {
    LOG.info("event {}: try {} of the payout to {} failed: {}", event, paying.attempt(), now.payout().person(),
        reason);
    long until = parts.clock().millis() + rest(paying.attempt()).toMillis();
    if (paying.attempt() % TRIES_PER_INVOICE != 0) {
      return put(now, new PayoutState.Resting(paying.attempt(), paying.invoice(), until));
    }
    put(now, new PayoutState.Due(paying.attempt(), until));
    Optional<Said<DepositMessage.Claim>> claim = now.said().claim(parts.self(), now.payout().person(),
        now.key().round());
    return claim.filter(c -> c.entry().equals(paying.invoice().claim()))
        .map(c -> refuse(now, c, TRIES_PER_INVOICE + " tries failed, the last one: " + reason)).orElse(true);
  }

  private static Duration rest(int failures) {
    return failures <= RESTS.size() ? RESTS.get(failures - 1) : LONG_REST;
  }

  private boolean resting(Case now, PayoutState.Resting resting) {
    if (closed(now)) {
      return giveUp(now, now.said().claim(parts.self(), now.payout().person(), now.key().round()));
    }
    if (parts.clock().millis() < resting.untilMillis() || cutOff()) {
      return false;
    }
    return pay(now, new PayoutState.Paying(resting.attempts() + 1, resting.invoice()));
  }

  /** No channel can be used now, as for a moment after a start: trying would only use up a try. */
  private boolean cutOff() {
    return parts.lightning().status().channels().stream().noneMatch(Lightning.Channel::usable);
  }

  /** The claim window is over. A payment under way is waited for all the same. */
  private boolean closed(Case now) {
    return parts.clock().millis() >= now.round().timestampMillis() + now.terms().claimWindowMillis();
  }

  private boolean put(Case now, PayoutState state) {
    parts.store().save(List.of(new Change.PutPayout(event, now.key().round(), now.payout().person(), state)));
    states.put(now.key(), state);
    return true;
  }

  private boolean voice(MeetupEvent meetupEvent, DepositMessage message) {
    voice.say(meetupEvent.group(), message);
    return true;
  }

  private boolean say(Case now, DepositMessage message) {
    return voice(now.meetupEvent(), message);
  }

  /** One id for each try of each payout: SHA-256(domain ‖ event ‖ person ‖ round ‖ attempt). */
  private PaymentId id(Key key, int attempt) {
    byte[] name = ByteBuffer.allocate(ID_DOMAIN.length + 2 * Bytes32.LENGTH + 2 * Integer.BYTES).put(ID_DOMAIN)
        .put(event.bytes()).put(key.person().bytes()).putInt(key.round()).putInt(attempt).array();
    return new PaymentId(Bytes32.sha256(name));
  }

  /** Payouts with their state, for whoever looks. */
  List<PayoutRow> rows() {
    List<PayoutRow> rows = new ArrayList<>();
    states.forEach((key, state) -> rows.add(new PayoutRow(key.round(), key.person(), state)));
    return rows;
  }
}
