package klatch.cli.bench;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.OfferResult;
import klatch.commitments.PaymentId;
import klatch.commitments.Surroundings;
import klatch.commitments.TermsClock;
import klatch.commitments.journal.PostgresCommitmentStore;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;
import klatch.libp2p.Ed25519Key;
import klatch.log.Database;
import klatch.log.DeviceId;
import klatch.log.LogStore;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.Meetup;
import klatch.regtest.Until;

/**
 * The organiser's deposits over a Lightning network in memory, with the journal in PostgreSQL, and one wallet that pays for
 * every guest.
 */
final class DoorMoney implements AutoCloseable {
  /** Between the locking of deposits and the door. */
  static final Duration UNTIL_CHECK_IN = Duration.ofHours(3);
  private static final Msat DEPOSIT = Msat.ofSat(5_000);
  private static final Msat CAPACITY = Msat.ofSat(100_000_000);
  private static final Msat MOST_FEES = Msat.ofSat(10);
  private static final Duration TURN = Duration.ofMinutes(1);
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final InstantSource clock;
  private final InMemoryLightning node;
  private final InMemoryLightning wallet;
  private final PostgresGroupCommit commits;
  private final Deposits deposits;
  private final Map<DeviceId, PaymentId> payments = new ConcurrentHashMap<>();
  private final Map<PaymentId, Long> backAt = new ConcurrentHashMap<>();

  DoorMoney(Database database, InstantSource clock, Ed25519Key key, LogStore log, Meetup meetup) {
    this.clock = clock;
    var network = new InMemoryNetwork(clock, 1);
    node = network.open("organiser", CAPACITY, Msat.ZERO, InMemoryLightning.Delivery.THREAD);
    wallet = network.open("guests", CAPACITY, CAPACITY, InMemoryLightning.Delivery.THREAD);
    wallet.watch(event -> {
      if (event instanceof LightningEvent.PaymentFailed back && back.released()) {
        backAt.put(back.id(), System.nanoTime());
      }
    });
    var pool = database.dataSource("money");
    commits = PostgresGroupCommit.open(pool, TURN, database.diskAlarm());
    deposits = Deposits
        .start(new Surroundings(key, log, meetup, node, new PostgresCommitmentStore(pool, commits), clock));
  }

  DepositTerms terms(EventTimes times) {
    long now = clock.millis();
    var hours = new TermsClock(now - HOUR, now - HOUR, times.checkInOpensAtMillis() - HOUR,
        times.checkInOpensAtMillis(), times.checkInClosesAtMillis(), times.checkInClosesAtMillis() + HOUR,
        times.checkInClosesAtMillis() + 2 * HOUR);
    return ((DepositTerms.Draft.Accepted) DepositTerms.draft(DEPOSIT.value(), hours, 1, node.status().nodeId(),
        DepositTerms.CLAIM_WINDOW)).terms();
  }

  void holdAll(EventId event, List<DeviceId> people) {
    var random = new SecureRandom();
    for (DeviceId person : people) {
      Until.holds("an offer to " + person, DoorCrowd.PATIENCE,
          () -> deposits.offer(event, person) instanceof OfferResult.Open);
      var offer = (OfferResult.Open) deposits.offer(event, person);
      var id = PaymentId.random(random);
      payments.put(person, id);
      wallet.pay(new PayRequest(id, offer.bolt11(), MOST_FEES, DoorCrowd.PATIENCE));
    }
    Until.holds("every deposit is held", DoorCrowd.PATIENCE, () -> count(event, "held") == people.size());
  }

  private long count(EventId event, String state) {
    return deposits.report(event).orElseThrow().people().stream().filter(line -> line.state().equals(state)).count();
  }

  /** When each person's money was back in their wallet, by {@link System#nanoTime}; waits for the last one. */
  List<Long> refunded(List<DeviceId> people) {
    var ids = people.stream().map(person -> Objects.requireNonNull(payments.get(person))).toList();
    Until.holds("everybody has the deposit back", DoorCrowd.PATIENCE, () -> backAt.keySet().containsAll(ids));
    return ids.stream().map(id -> Objects.requireNonNull(backAt.get(id))).toList();
  }

  void checkAllReleased(EventId event, int people) {
    Until.holds("every deposit is released in the log", DoorCrowd.PATIENCE,
        () -> count(event, "released") == people);
  }

  @Override
  public void close() {
    deposits.close();
    node.close();
    wallet.close();
    commits.close();
  }
}
