package klatch.commitments;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.journal.Change;
import klatch.commitments.journal.HashUse;
import klatch.log.Bytes32;
import klatch.log.DeviceId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This person's own deposit for one event: locks it, follows it, claims what is due. Touched by its own thread. */
final class EventDepositor {
  private static final Logger LOG = LoggerFactory.getLogger(EventDepositor.class);
  private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(60);

  private static final byte[] ID_DOMAIN = "klatch-lock-1".getBytes(StandardCharsets.US_ASCII);

  private final Surroundings parts;
  private final EventId event;
  private final StatementBook book;
  private final OwnClaims claims;

  EventDepositor(Surroundings parts, EventId event, StatementBook book) {
    this.parts = parts;
    this.event = event;
    this.book = book;
    this.claims = new OwnClaims(parts, event, book);
  }

  OwnClaims claims() {
    return claims;
  }

  LockResult lock() {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return new LockResult.Refused(
          new Objection(Objection.Kind.UNKNOWN, "no event with a deposit is known as " + event));
    }
    Optional<OwnDeposit> own = parts.store().ownDeposit(event);
    if (own.isPresent() && own.get().phase() != OwnDeposit.Phase.FAILED) {
      return new LockResult.UnderWay(own.get());
    }
    Optional<Said<DepositMessage.Offer>> offer = book.of(event).offer(known.get().host(), parts.self());
    if (offer.isEmpty()) {
      return new LockResult.Refused(
          new Objection(Objection.Kind.NOT_OFFERED, "the organiser has not offered a deposit to this device yet"));
    }
    OfferCheck check = new OfferCheck(parts, terms.get(), event);
    Optional<Objection> wrong = check.stated(offer.get().message()).or(() -> check.used(offer.get().message()))
        .or(check::tooPoor).or(() -> OfferCheck.shared(offer.get().message(), book.of(event), known.get().host(),
            parts.self()));
    if (wrong.isPresent()) {
      return new LockResult.Refused(wrong.get());
    }
    int attempt = own.map(OwnDeposit::attempt).orElse(0) + 1;
    OwnDeposit paying = new OwnDeposit(offer.get().message().hash(), offer.get().message().invoice(),
        terms.get().deposit(), attempt, OwnDeposit.Phase.PAYING, Msat.ZERO, "");
    parts.store().save(List.of(new Change.UseHash(paying.hash(), new HashUse.OwnDeposit(event)),
        new Change.PutOwnDeposit(event, paying)));
    followed(paying, send(paying));
    return new LockResult.UnderWay(parts.store().ownDeposit(event).orElse(paying));
  }

  private Payment send(OwnDeposit paying) {
    Msat most = FeeBudget.of(paying.amount());
    parts.killPoint().at(KillPoint.Step.LOCKING, KillPoint.Moment.BEFORE_EFFECT);
    Payment payment = parts.lightning()
        .pay(new Lightning.PayRequest(id(paying.attempt()), paying.invoice(), most, ROUTE_TIMEOUT));
    parts.killPoint().at(KillPoint.Step.LOCKING, KillPoint.Moment.AFTER_EFFECT);
    return payment;
  }

  void advance() {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return;
    }
    try {
      parts.store().ownDeposit(event).ifPresent(own -> follow(own, terms.get(), known.get().host()));
      showTaken(known.get(), terms.get());
    } catch (LightningException e) {
      LOG.warn("event {}: the Lightning node cannot be asked now: {}", event, e.getMessage());
    }
    advanceClaims();
  }

  /** Does what is to do for this person's payouts. */
  void advanceClaims() {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    known.flatMap(DepositTerms::of).ifPresent(terms -> {
      try {
        claims.advance(known.get(), terms);
        claims.receipts(known.get().host());
      } catch (LightningException e) {
        LOG.warn("event {}: nothing can be claimed now: {}", event, e.getMessage());
      }
    });
  }

  /** Shows everybody what only the payment can prove: that the deposit was taken. */
  private void showTaken(MeetupEvent meetupEvent, DepositTerms terms) {
    Optional<OwnDeposit> own = parts.store().ownDeposit(event);
    if (own.isPresent() && new TakenNotice(parts, book).due(meetupEvent, terms, own.get())
        && parts.lightning().payment(id(own.get().attempt())).orElse(null) instanceof Payment.Sent sent
        && sent.preimage().hash().equals(own.get().hash())) {
      LOG.warn("event {}: the deposit was taken against the rules; the log shows the proof now", event);
      new Voice(parts).say(meetupEvent.group(),
          new DepositMessage.Taken(event, own.get().hash(), sent.preimage()));
    }
  }

  private void follow(OwnDeposit own, DepositTerms terms, DeviceId host) {
    if (own.phase() != OwnDeposit.Phase.PAYING && own.phase() != OwnDeposit.Phase.HELD) {
      return;
    }
    Optional<Payment> payment = parts.lightning().payment(id(own.attempt()));
    if (payment.isPresent()) {
      followed(own, payment.get());
    } else if (terms.clock().lockOpenAt(parts.clock().millis())) {
      followed(own, send(own));
    } else {
      put(own.in(OwnDeposit.Phase.FAILED, Msat.ZERO, "it was not sent before the lock window closed"));
    }
    OwnDeposit now = parts.store().ownDeposit(event).orElse(own);
    if (now.phase() == OwnDeposit.Phase.PAYING && book.of(event).held(host, parts.self()).isPresent()) {
      put(now.in(OwnDeposit.Phase.HELD, Msat.ZERO, ""));
    }
  }

  private void followed(OwnDeposit own, Payment payment) {
    switch (payment) {
      case Payment.Pending _ -> {
      }
      case Payment.Sent(_, _, _, var fee) -> put(own.in(OwnDeposit.Phase.FORFEITED, fee, ""));
      case Payment.Failed(_, var reason, var released) -> {
        boolean back = released || own.phase() == OwnDeposit.Phase.HELD;
        put(own.in(back ? OwnDeposit.Phase.RELEASED : OwnDeposit.Phase.FAILED, Msat.ZERO, reason));
      }
    }
  }

  private void put(OwnDeposit own) {
    parts.store().save(List.of(new Change.PutOwnDeposit(event, own)));
  }

  /** One id for each try to lock: SHA-256(domain ‖ event ‖ person ‖ attempt). */
  private PaymentId id(int attempt) {
    return new PaymentId(
        Bytes32.sha256(ByteBuffer.allocate(ID_DOMAIN.length + 2 * Bytes32.LENGTH + Integer.BYTES).put(ID_DOMAIN)
            .put(event.bytes()).put(parts.self().bytes()).putInt(attempt).array()));
  }
}
