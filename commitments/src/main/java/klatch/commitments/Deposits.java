package klatch.commitments;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.Height;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.log.StoreException;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.MeetupEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The money engine of one node: holds deposits for its own events, locks its own deposits for other people's, and does
 * by itself what the clock, the log and the Lightning node ask for. Safe for any number of threads; methods block.
 */
public final class Deposits implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deposits.class);

  /** How often the clock is looked at when nothing else happens. */
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int READ_LIMIT = 500;

  private final Surroundings parts;
  private final StatementBook book;
  private final Escrow escrow;
  private final Depositor depositor;
  private final ServedClaims served;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Semaphore news = new Semaphore(0);
  private final LogStore.Subscription subscription;
  private final Thread ticker;
  private volatile boolean closed;

  /** Whether there is a Lightning node to hold, lock and pay with; if not, only payouts are claimed. */
  private final boolean connected;

  private Deposits(Surroundings given, boolean connected) {
    this.parts = given.with(new WatchedStore(given.store(), this::moved));
    this.connected = connected;
    this.book = new StatementBook(parts.log());
    this.escrow = new Escrow(parts, book);
    this.depositor = new Depositor(parts, book, connected, this::moved);
    this.served = new ServedClaims(parts, book);
    this.subscription = parts.log().subscribe(arrivals -> news.release());
    this.ticker = Thread.ofVirtual().name("deposits-clock").unstarted(this::run);
  }

  /** Takes up what the journal says is unfinished, and watches the Lightning node from now on. Closes none of the parts. */
  public static Deposits start(Surroundings parts) {
    Deposits deposits = new Deposits(parts, true);
    parts.lightning().watch(deposits::on);
    deposits.ticker.start();
    return deposits;
  }

  /** For a node whose {@code Lightning} only reads invoices: follows the log, and claims this person's payouts elsewhere. */
  public static Deposits startWithoutLightning(Surroundings parts) {
    Deposits deposits = new Deposits(parts, false);
    deposits.ticker.start();
    return deposits;
  }

  private void on(LightningEvent event) {
    escrow.on(event);
    depositor.on(event);
    moved();
  }

  private void moved() {
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.error("a listener for money failed; the others go on", e);
      }
    }
  }

  /**
   * Calls {@code listener} whenever what this node knows of its money may have changed and the log need not show it: its
   * own deposits and payouts, what it can hold and pay, and the chain. Called once that is saved; it must not block.
   */
  public LogStore.Subscription onChange(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void run() {
    while (!closed) {
      try {
        if (connected) {
          escrow.tick();
        }
        depositor.tick();
        if (news.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
          news.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (StoreException e) {
        LOG.warn("the log cannot be read now: {}", e.getMessage());
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.error("looking for work failed; trying again", e);
        }
      }
    }
  }

  /** Pays this person's own deposit for an event, if the organiser's offer is what the terms say. */
  public LockResult lock(EventId event) {
    return depositor.lock(event);
  }

  /**
   * What a person's wallet is to pay for their seat, wherever that wallet is: this person's own, or that of a guest whom
   * this node serves. The offer is held against the terms first.
   */
  public OfferResult offer(EventId event, DeviceId person) {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return none(Objection.Kind.UNKNOWN, "no event with a deposit is known as " + event);
    }
    DeviceId host = known.get().host();
    Statements said = book.of(event);
    if (said.held(host, person).isPresent()) {
      return none(Objection.Kind.LOCKED, "the deposit has been locked");
    }
    Optional<DepositMessage.Offer> offer = said.offer(host, person).map(Said::message);
    if (offer.isEmpty()) {
      return none(Objection.Kind.NOT_OFFERED, "the organiser has not offered a deposit to this person yet");
    }
    OfferCheck check = new OfferCheck(parts, terms.get(), event);
    return check.stated(offer.get()).or(() -> person.equals(parts.self()) ? check.used(offer.get()) : Optional.empty())
        .or(() -> OfferCheck.shared(offer.get(), said, host, person)).<OfferResult>map(OfferResult.None::new)
        .orElseGet(() -> new OfferResult.Open(offer.get().invoice(), offer.get().hash(), terms.get().deposit(),
            byThisClock(parts.lightning().decode(offer.get().invoice()).expiresAtEpochSecond()),
            terms.get().clock().lockClosesAtMillis()));
  }

  private static OfferResult none(Objection.Kind kind, String message) {
    return new OfferResult.None(new Objection(kind, message));
  }

  /** What Lightning's clock says, by this node's, which runs ahead of it in a rehearsal. */
  private long byThisClock(long epochSecond) {
    return epochSecond + Math.floorDiv(parts.clock().millis() - parts.lightningClock().millis(), 1_000);
  }

  /**
   * Does at once what settling does by itself once appeals have closed. Refused before that, and by anybody but the
   * organiser; a second time changes nothing.
   */
  public SettleResult settle(EventId event) {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return new SettleResult.Refused("no event with a deposit is known as " + event);
    }
    if (!known.get().host().equals(parts.self())) {
      return new SettleResult.Refused("only the organiser " + known.get().host() + " settles this event");
    }
    long closes = terms.get().clock().appealsCloseAtMillis();
    long now = parts.clock().millis();
    if (now < closes) {
      return new SettleResult.Refused(
          "appeals close at " + closes + ", it is " + now + " (milliseconds since 1970)");
    }
    escrow.advance(event);
    MoneyReport report = report(event).orElseThrow();
    return new SettleResult.Settled(report, waiting(report, known.get().host()));
  }

  private Optional<String> waiting(MoneyReport report, DeviceId host) {
    if (report.done()) {
      return Optional.empty();
    }
    long held = report.people().stream().filter(line -> line.state().equals("held")).count();
    if (held > 0) {
      return Optional.of(held + " deposits are being given back or collected");
    }
    long open = Stream.of("claimable", "claimed")
        .flatMap(state -> report.people().stream().filter(line -> line.payoutState().equals(state))).count();
    int round = book.of(report.event()).rounds(host);
    return Optional.of("round " + round + ": " + open + " payouts are not yet claimed or under way");
  }

  /** Where this person's payout of an event stands; empty if the event is not known or has no deposit. */
  public Optional<ClaimView> claim(EventId event) {
    return parts.meetup().event(event)
        .flatMap(known -> DepositTerms.of(known).map(terms -> depositor.claim(known, terms)));
  }

  /**
   * Has this person's payouts of an event, of this round and of those to come, go to an invoice, a Lightning address or a
   * pay code. What was chosen last counts.
   *
   * @return why not, if it cannot be
   * @throws IllegalArgumentException if it is none of these
   */
  public Optional<String> claimTo(EventId event, String to) {
    String pasted = to.strip();
    String bare = pasted.regionMatches(true, 0, "lightning:", 0, 10) ? pasted.substring(10) : pasted;
    ClaimTarget target = bare.regionMatches(true, 0, "lnurl", 0, 5) || bare.contains("@") || bare.contains("://")
        ? new ClaimTarget.Address(parts.addresses().checked(pasted))
        : new ClaimTarget.Invoice(parts.lightning().decode(bare).bolt11());
    return choose(event, target);
  }

  /** Has them wait for a wallet that shows a code to the organiser's node: {@link ClaimView#code}. */
  public Optional<String> claimByCode(EventId event) {
    return choose(event, depositor.newCode(event));
  }

  /** Has them come to this node again. */
  public Optional<String> claimHere(EventId event) {
    return choose(event, new ClaimTarget.OwnNode());
  }

  private Optional<String> choose(EventId event, ClaimTarget target) {
    Optional<MeetupEvent> known = parts.meetup().event(event);
    Optional<DepositTerms> terms = known.flatMap(DepositTerms::of);
    if (terms.isEmpty()) {
      return Optional.of("no event with a deposit is known as " + event);
    }
    if (known.get().host().equals(parts.self())) {
      return Optional.of("the organiser has no part in the payouts");
    }
    return depositor.choose(known.get(), terms.get(), target);
  }

  /** Where the payout of somebody stands whose key is elsewhere; empty while nothing is due to them. */
  public Optional<ServedPayout> servedPayout(EventId event, DeviceId person) {
    return served.of(event, person);
  }

  /**
   * What they have to sign to have it paid. Writes nothing; may ask a Lightning address for an invoice.
   *
   * @param to an invoice for exactly the payout's amount, or a Lightning address
   */
  public ClaimDraft servedClaim(EventId event, DeviceId person, String to) {
    return served.draft(event, person, to);
  }

  /** As the organiser: what the secret of somebody's code gives now; empty if it opens nothing. */
  public Optional<Withdrawable> withdrawable(Preimage secret) {
    return escrow.withdrawable(secret);
  }

  /** As the organiser: takes a wallet's invoice for it, once. */
  public WithdrawResult withdraw(Preimage secret, String bolt11) {
    return escrow.withdraw(secret, bolt11)
        .orElseGet(() -> new WithdrawResult.Refused("this code gives nothing, or nothing any more"));
  }

  /** What became of the money so far; empty if the event is not known or has no deposit. */
  public Optional<MoneyReport> report(EventId event) {
    return MoneyView.of(parts, book, event);
  }

  /** This person's own part; empty if the event is not known or has no deposit. */
  public Optional<OwnMoney> own(EventId event) {
    return claim(event).map(claim -> MoneyView.own(parts.meetup().event(event).orElseThrow(), book.of(event),
        parts.store().ownDeposit(event), parts.self(), claim));
  }

  /** One person's line of {@link #report}, without reading everybody else's. */
  public Optional<MoneyReport.Line> line(EventId event, DeviceId person) {
    return MoneyView.line(parts, book, event, person);
  }

  /** The settlement recomputed from the log alone; empty if the event is not known or has no deposit. */
  public Optional<Audit> audit(EventId event) {
    return parts.meetup().event(event).flatMap(known -> Audit.of(event, entries(known.group()),
        parts.lightning()::decode, parts.clock().millis()));
  }

  private List<Entry> entries(TopicId topic) {
    List<Entry> entries = new ArrayList<>();
    for (java.util.Map.Entry<DeviceId, Height> height : parts.log().heights(topic).entrySet()) {
      LogId id = new LogId(height.getKey(), topic);
      List<Entry> batch;
      long from = 1;
      do {
        batch = parts.log().read(id, from, READ_LIMIT);
        entries.addAll(batch);
        from += batch.size();
      } while (batch.size() == READ_LIMIT);
    }
    return entries;
  }

  /** Never by an interrupt: one in the middle of a query would cost the connection. */
  private void joinTicker() {
    try {
      ticker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops deciding and acting; what is under way is taken up again by the next start. */
  @Override
  public void close() {
    closed = true;
    subscription.close();
    news.release();
    joinTicker();
    escrow.close();
    depositor.close();
  }
}
