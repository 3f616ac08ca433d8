package klatch.commitments;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import klatch.commitments.PayAddresses.Fetched;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.HashUse;
import klatch.log.DeviceId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This person's payouts of one event: claims each where the person wants it. A claim is saved before it is said, and a new
 * one is made only after the organiser has refused the one before, which it does only when no payment of that one can still
 * arrive. Touched by the event's own thread.
 */
final class OwnClaims {
  private static final Logger LOG = LoggerFactory.getLogger(OwnClaims.class);

  /** Claims that follow a refusal at once; from then on one an hour, to the end of the window. */
  private static final int PROMPT_CLAIMS = 6;
  private static final Duration LATER = Duration.ofHours(1);
  /** Beyond this a claim window of any length is no reason to go on. */
  private static final int MOST_CLAIMS = 1_000;
  private static final String NO_CODES = "the organiser's node serves no codes to withdraw by: give an invoice or a"
      + " Lightning address";
  /** Before the window closes, the person is reminded so long. */
  private static final List<Duration> REMINDERS = List.of(Duration.ofDays(10), Duration.ofDays(5),
      Duration.ofDays(2), Duration.ofHours(12));

  private final Surroundings parts;
  private final EventId event;
  private final StatementBook book;
  private final AuditTrail audit;
  private final InvoiceLookup lookup;
  private final SecureRandom random = new SecureRandom();
  private Optional<String> problem = Optional.empty();
  private long remindedUntilMillis = Long.MAX_VALUE;
  /** Whether a claim that stands is to be followed by one to another place, as soon as there is an invoice for it. */
  private boolean replacing;

  /** The latest payout of this person. */
  private record Due(Said<DepositMessage.Round> said, Payout payout, DeviceId host, long closesAtMillis) {
    int round() {
      return said.message().round();
    }
  }

  OwnClaims(Surroundings parts, EventId event, StatementBook book) {
    this.parts = parts;
    this.event = event;
    this.book = book;
    this.audit = new AuditTrail(parts.lightning()::decode);
    this.lookup = new InvoiceLookup(parts);
  }

  /** Why the latest payout is not paid yet, if something is in its way. */
  Optional<String> problem() {
    return problem;
  }

  private ClaimTarget target() {
    return parts.store().claimTarget(event).orElseGet(ClaimTarget.OwnNode::new);
  }

  /** Claims what a round holds for this person, but only of a settlement that comes out the same here. */
  void advance(MeetupEvent meetupEvent, DepositTerms terms) {
    Statements said = book.of(event);
    Optional<Due> due = open(said, meetupEvent.host(), terms);
    if (due.isEmpty()) {
      return;
    }
    List<Finding> wrong = audit.settlement(meetupEvent, terms, said, parts.meetup().presence(event));
    if (!wrong.isEmpty()) {
      LOG.warn("event {}: nothing is claimed while the settlement is wrong: {}", event, wrong.getFirst().message());
      problem = Optional.of("the organiser's settlement is wrong, see klatch audit: " + wrong.getFirst().message());
      return;
    }
    Optional<OwnClaim> claim = claimOf(said, due.get());
    if (claim.isEmpty()) {
      remind(due.get());
    } else if (!published(said, claim.get().invoice())) {
      new Voice(parts).say(meetupEvent.group(),
          new DepositMessage.Claim(event, due.get().round(), claim.get().invoice()));
    }
  }

  private boolean published(Statements said, String invoice) {
    return said.all(parts.self(), DepositMessage.Claim.class).stream()
        .anyMatch(s -> s.message().invoice().equals(invoice));
  }

  /** The payout of the latest round, while it is open. */
  private Optional<Due> open(Statements said, DeviceId host, DepositTerms terms) {
    int round = said.rounds(host);
    if (round == 0 || said.outcome(host, round, parts.self()).isPresent()) {
      return Optional.empty();
    }
    return due(said, host, terms, round);
  }

  private Optional<Due> due(Statements said, DeviceId host, DepositTerms terms, int round) {
    Said<DepositMessage.Round> statement = said.round(host, round).orElseThrow();
    return statement.message().payouts().stream().filter(p -> p.person().equals(parts.self())).findFirst()
        .map(p -> new Due(statement, p, host, statement.timestampMillis() + terms.claimWindowMillis()));
  }

  /** The journaled claim; or a new one if there is none, or the organiser asks for a fresh invoice. */
  private Optional<OwnClaim> claimOf(Statements said, Due due) {
    Optional<OwnClaim> known = Optional.ofNullable(parts.store().ownClaims(event).get(due.round()));
    Optional<Said<DepositMessage.ClaimRefused>> refusal = known.flatMap(claim -> refusal(said, due.host(), claim));
    refusal.ifPresent(r -> problem = Optional.of("the organiser refused the claim: " + r.message().reason()));
    if (known.isPresent() && refusal.isEmpty() && !replacing) {
      return known;
    }
    int attempt = known.map(OwnClaim::attempt).orElse(0) + 1;
    boolean rests = attempt > PROMPT_CLAIMS && refusal.isPresent()
        && parts.clock().millis() < refusal.get().timestampMillis() + LATER.toMillis();
    if (rests || attempt > MOST_CLAIMS) {
      return Optional.empty();
    }
    return fresh(due, attempt, known);
  }

  private Optional<Said<DepositMessage.ClaimRefused>> refusal(Statements said, DeviceId host, OwnClaim claim) {
    return said.all(parts.self(), DepositMessage.Claim.class).stream()
        .filter(s -> s.message().invoice().equals(claim.invoice()))
        .flatMap(s -> said.refusal(host, s.entry()).stream()).findFirst();
  }

  private Optional<OwnClaim> fresh(Due due, int attempt, Optional<OwnClaim> before) {
    return switch (target()) {
      case ClaimTarget.OwnNode _ -> ownInvoice(due).map(invoice -> save(due, attempt, invoice));
      case ClaimTarget.Invoice(var bolt11) -> before.filter(b -> b.invoice().equals(bolt11)).isPresent()
          ? Optional.empty()
          : checked(bolt11, due).map(invoice -> save(due, attempt, invoice));
      case ClaimTarget.Address(var address) -> looked(address, due).map(invoice -> save(due, attempt, invoice));
      case ClaimTarget.Code code -> book.of(event).withdrawAt(due.host()).isPresent()
          ? Optional.of(save(due, attempt, code))
          : none(NO_CODES);
    };
  }

  private Optional<Lightning.Invoice> ownInvoice(Due due) {
    if (parts.lightning().status().channels().isEmpty()) {
      problem = Optional.of("this node has no channel to be paid in: name an invoice or a Lightning address");
      return Optional.empty();
    }
    return Optional
        .of(parts.lightning().invoice(due.payout().amount(), "Klatch payout", DepositTerms.CLAIM_WINDOW));
  }

  private Optional<Lightning.Invoice> looked(String address, Due due) {
    Optional<Fetched> fetched = lookup.poll(due.round(), address, due.payout().amount());
    if (fetched.isEmpty()) {
      return Optional.empty();
    }
    return switch (fetched.get()) {
      case Fetched.Invoice(var bolt11) -> checked(bolt11, due);
      case Fetched.Refused(var reason) -> none(reason);
      case Fetched.Unreachable(var reason) -> none(reason);
    };
  }

  private <T> Optional<T> none(String reason) {
    problem = Optional.of(reason);
    return Optional.empty();
  }

  private Optional<Lightning.Invoice> checked(String bolt11, Due due) {
    try {
      Lightning.Invoice invoice = parts.lightning().decode(bolt11);
      Optional<String> wrong = ClaimCheck.problem(invoice, due.payout(), parts.lightningClock().millis())
          .or(() -> parts.store().use(invoice.hash()).filter(use -> !use.equals(new HashUse.OwnClaim(event,
              due.round()))).map(use -> "the invoice's hash " + invoice.hash() + " is in use for something else"));
      if (wrong.isPresent()) {
        return none(wrong.get());
      }
      return Optional.of(invoice);
    } catch (IllegalArgumentException e) {
      return none(String.valueOf(e.getMessage()));
    }
  }

  private OwnClaim save(Due due, int attempt, Lightning.Invoice invoice) {
    OwnClaim fresh = new OwnClaim(attempt, invoice.bolt11(), invoice.hash(), due.payout().amount(), false);
    parts.store().save(List.of(new Change.UseHash(invoice.hash(), new HashUse.OwnClaim(event, due.round())),
        new Change.PutOwnClaim(event, due.round(), fresh)));
    settledOn();
    return fresh;
  }

  private OwnClaim save(Due due, int attempt, ClaimTarget.Code code) {
    PaymentHash hash = code.code(due.round(), attempt).hash();
    OwnClaim fresh = new OwnClaim(attempt, DepositMessage.Claim.byCode(hash), hash, due.payout().amount(), false);
    parts.store().save(List.of(new Change.PutOwnClaim(event, due.round(), fresh)));
    settledOn();
    return fresh;
  }

  private void settledOn() {
    problem = Optional.empty();
    replacing = false;
  }

  private void remind(Due due) {
    long left = due.closesAtMillis() - parts.clock().millis();
    @Nullable
    Duration next = REMINDERS.stream().filter(span -> span.toMillis() < left).findFirst().orElse(null);
    boolean isTime = remindedUntilMillis == Long.MAX_VALUE || left <= remindedUntilMillis;
    if (isTime && left > 0) {
      LOG.warn("event {}: your payout of {} can be claimed until {}, then it goes to somebody else: klatch claim {}",
          event, due.payout().amount(), java.time.Instant.ofEpochMilli(due.closesAtMillis()), event);
      remindedUntilMillis = next == null ? 0 : next.toMillis();
    }
  }

  /**
   * Wants the payouts of this event there from now on. A claim that stands is followed by one to the new place; the
   * organiser pays the newest that it has not refused, and none while a payment of an earlier one may still arrive.
   *
   * @return why not, if it cannot be
   */
  Optional<String> choose(ClaimTarget wanted, MeetupEvent meetupEvent, DepositTerms terms) {
    Statements said = book.of(event);
    Optional<Due> due = open(said, meetupEvent.host(), terms);
    Optional<String> wrong = switch (wanted) {
      case ClaimTarget.OwnNode _,ClaimTarget.Address _ -> Optional.empty();
      case ClaimTarget.Invoice(var bolt11) -> due.isEmpty()
          ? Optional.of("nothing can be claimed now: an invoice can be given once the payout's amount is known;"
              + " a Lightning address can be given at any time")
          : problemOf(bolt11, due.get());
      case ClaimTarget.Code _ -> due.isPresent() && said.withdrawAt(meetupEvent.host()).isEmpty()
          ? Optional.of(NO_CODES)
          : Optional.empty();
    };
    if (wrong.isPresent()) {
      return wrong;
    }
    parts.store().save(List.of(new Change.PutClaimTarget(event, wanted)));
    lookup.forget();
    problem = Optional.empty();
    replacing = true;
    return Optional.empty();
  }

  private Optional<String> problemOf(String bolt11, Due due) {
    Optional<Lightning.Invoice> good = checked(bolt11, due);
    return good.isPresent() ? Optional.empty() : problem;
  }

  /** An invoice of ours was paid, or the organiser shows that one of another wallet was. */
  void received(int round, PaymentHash hash) {
    SortedMap<Integer, OwnClaim> claims = parts.store().ownClaims(event);
    OwnClaim claim = claims.get(round);
    if (claim != null && claim.hash().equals(hash) && !claim.received()) {
      parts.store().save(List.of(new Change.PutOwnClaim(event, round, claim.paid())));
    }
  }

  /** A wallet elsewhere tells this node nothing: that it was paid is in the organiser's receipt. */
  void receipts(DeviceId host) {
    Statements said = book.of(event);
    parts.store().ownClaims(event).forEach((round, claim) -> said.paid(host, round, parts.self())
        .filter(paid -> !claim.received() && paid.message().preimage().hash().equals(claim.hash()))
        .ifPresent(paid -> received(round, claim.hash())));
  }

  ClaimView view(MeetupEvent meetupEvent, DepositTerms terms) {
    Statements said = book.of(event);
    DeviceId host = meetupEvent.host();
    for (int round = said.rounds(host); round > 0; round--) {
      Optional<Due> due = due(said, host, terms, round);
      if (due.isPresent()) {
        return view(said, due.get());
      }
    }
    return new ClaimView(event, ClaimView.State.NOTHING_DUE, 0, Msat.ZERO, 0, target(), Optional.empty(),
        Optional.empty());
  }

  private ClaimView view(Statements said, Due due) {
    Optional<PayoutOutcome> outcome = said.outcome(due.host(), due.round(), parts.self());
    ClaimView.State state = outcome.map(ended -> switch (ended) {
      case PayoutOutcome.Paid _ -> ClaimView.State.PAID;
      case PayoutOutcome.Unclaimed _ -> ClaimView.State.UNCLAIMED;
      case PayoutOutcome.Repriced _ -> ClaimView.State.NOTHING_DUE;
    }).orElseGet(() -> said.claim(due.host(), parts.self(), due.round()).isPresent()
        ? ClaimView.State.CLAIMED
        : ClaimView.State.CLAIMABLE);
    return new ClaimView(event, state, due.round(), due.payout().amount(), due.closesAtMillis(), target(),
        outcome.isPresent() ? Optional.empty() : problem, outcome.isPresent() ? Optional.empty() : code(said, due));
  }

  /** What the wallet asks, while the organiser waits for it to. */
  private Optional<String> code(Statements said, Due due) {
    OwnClaim claim = parts.store().ownClaims(event).get(due.round());
    if (!(target() instanceof ClaimTarget.Code code) || claim == null) {
      return Optional.empty();
    }
    Preimage secret = code.code(due.round(), claim.attempt());
    return said.claim(due.host(), parts.self(), due.round())
        .filter(standing -> standing.message().code().equals(Optional.of(secret.hash())))
        .filter(standing -> said.withdrawal(due.host(), standing.entry()).isEmpty())
        .flatMap(standing -> said.withdrawAt(due.host())).map(url -> url + "/" + secret.hex());
  }

  /** A new secret to make codes of. */
  ClaimTarget.Code newCode() {
    return new ClaimTarget.Code(Preimage.random(random));
  }
}
