package klatch.commitments;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import klatch.commitments.journal.CommitmentStore;
import klatch.commitments.journal.HashUse;
import klatch.commitments.journal.InMemoryCommitmentStore;
import klatch.libp2p.Ed25519Key;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.Height;
import klatch.log.InMemoryLogStore;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.meetup.ByteString;
import klatch.meetup.Encounter;
import klatch.meetup.EventCreated;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.Meetup;
import klatch.meetup.PresenceRule;
import klatch.meetup.SignedEncounter;

/**
 * An organiser and attendees with everything in memory and nothing on a thread of its own: who drives it decides what
 * happens when. What a process keeps on disk outlives a {@link Person#crash}.
 */
final class Town implements AutoCloseable {
  static final long START = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final Msat CAPACITY = Msat.ofSat(4_000_000);
  private static final Msat BALANCE = Msat.ofSat(2_000_000);

  /** The process dies here and now. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  /** Asked before and after each call that leaves the engine, and at the kill points; may throw {@link Killed}. */
  interface Fate extends KillPoint {
    void call(String what);
  }

  final Clock clock = new Clock(START - 11 * HOUR);
  final InMemoryNetwork network;
  final Person host;
  final List<Person> attendees = new ArrayList<>();
  final TopicId topic;
  final EventId event;
  final DepositTerms terms;

  /** Test time: it moves when told to. */
  static final class Clock implements InstantSource {
    private volatile long millis;

    Clock(long millis) {
      this.millis = millis;
    }

    void to(long newMillis) {
      millis = Math.max(millis, newMillis);
    }

    void plus(Duration time) {
      to(millis + time.toMillis());
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }

    @Override
    public long millis() {
      return millis;
    }
  }

  Town(int people, long depositMsat, int minimumPresent, long seed) {
    network = new InMemoryNetwork(clock, seed);
    host = new Person("host", 1);
    TermsClock times = new TermsClock(START - 48 * HOUR, START - 12 * HOUR, START - 2 * HOUR, START - HOUR / 2,
        START + 2 * HOUR, START + 8 * HOUR, START + 14 * HOUR);
    terms = ((DepositTerms.Draft.Accepted) DepositTerms.draft(depositMsat, times, minimumPresent,
        host.lightning.status().nodeId(), DepositTerms.CLAIM_WINDOW)).terms();
    topic = host.meetup.createGroup("Walkers", "");
    event = host.meetup.createEvent(topic, new EventCreated("Walk", "", "", new EventTimes("UTC", START,
        START + 2 * HOUR, START - HOUR / 2, START + 2 * HOUR), people, List.of(), PresenceRule.DOOR, terms.encode()))
        .orThrow();
    for (int i = 0; i < people; i++) {
      Person attendee = new Person("attendee" + i, i + 2);
      attendees.add(attendee);
      attendee.meetup.joinGroup(topic, attendee.name);
      attendee.copyFrom(host);
      attendee.meetup.pledge(event).orThrow();
      host.copyFrom(attendee);
    }
    await().until(() -> host.meetup.seats(event).confirmed().size() == people);
    sync();
    host.start();
    attendees.forEach(Person::start);
  }

  /** Everybody gets everything. */
  void sync() {
    attendees.forEach(host::copyFrom);
    attendees.forEach(attendee -> attendee.copyFrom(host));
  }

  void lockAll() {
    host.work();
    sync();
    attendees.forEach(Person::lock);
    settleDown();
  }

  /** Lets everything that can happen without the clock happen. */
  void settleDown() {
    boolean more = true;
    while (more) {
      long before = positions();
      more = host.work();
      sync();
      for (Person attendee : attendees) {
        more |= attendee.work();
      }
      sync();
      more |= positions() != before;
    }
  }

  private long positions() {
    return host.log.lastPosition() + attendees.stream().mapToLong(a -> a.log.lastPosition()).sum();
  }

  void toCheckIn() {
    clock.to(START);
  }

  void toSettlement() {
    clock.to(START + 8 * HOUR);
  }

  /** The person meets the door now, and the door's node learns of it. */
  void checkIn(Person person) {
    ByteString nonce = ByteString.of(person.device.bytes());
    Encounter encounter = new Encounter(event, host.device, person.device, nonce, nonce,
        Encounter.epochAt(clock.millis()), ByteString.zeros(Encounter.BEACON_BYTES));
    byte[] bytes = encounter.signedBytes();
    person.meetup.record(new SignedEncounter(encounter, ByteString.of(host.key.sign(bytes)),
        ByteString.of(person.key.sign(bytes))));
    host.copyFrom(person);
  }

  Audit audit() {
    return Audit.of(event, host.entries(), host.lightning::decode, clock.millis()).orElseThrow();
  }

  @Override
  public void close() {
    host.meetup.close();
    attendees.forEach(attendee -> attendee.meetup.close());
  }

  /** One node. */
  final class Person {
    final String name;
    final Ed25519Key key;
    final DeviceId device;
    final InMemoryLogStore log = new InMemoryLogStore(clock);
    final Meetup meetup;
    final CommitmentStore store = new InMemoryCommitmentStore();
    final Msat before = BALANCE;
    Fate fate = new Fate() {
      @Override
      public void call(String what) {
        // A quiet life.
      }

      @Override
      public void at(Step step, Moment moment) {
        // A quiet life.
      }
    };
    InMemoryLightning lightning;
    Surroundings parts;
    EventEscrow escrow;
    EventDepositor depositor;

    Person(String name, int seed) {
      this.name = name;
      byte[] bytes = new byte[32];
      Arrays.fill(bytes, (byte) seed);
      this.key = Ed25519Key.fromSeed(bytes);
      this.device = DeviceId.of(key);
      this.meetup = new Meetup(log, key, clock);
      this.lightning = network.open(name, CAPACITY, BALANCE, InMemoryLightning.Delivery.BY_HAND);
      this.parts = parts();
      StatementBook book = new StatementBook(log);
      EventId none = EventId.of(new byte[32]);
      this.escrow = new EventEscrow(parts, none, book);
      this.depositor = new EventDepositor(parts, none, book);
    }

    private Surroundings parts() {
      return new Surroundings(key, fateful(LogStore.class, log), meetup, fateful(Lightning.class, lightning),
          fateful(CommitmentStore.class, store), clock, (step, moment) -> fate.at(step, moment));
    }

    /** As a process does when it starts. */
    void start() {
      StatementBook book = new StatementBook(parts.log());
      escrow = new EventEscrow(parts, event, book);
      depositor = new EventDepositor(parts, event, book);
      lightning.watch(this::on);
    }

    /** Everything that is not stored is gone; the node may tell its last events again. */
    void crash(int eventsAgain) {
      lightning.close();
      lightning = network.open(name, CAPACITY, BALANCE, InMemoryLightning.Delivery.BY_HAND);
      network.replay(name, eventsAgain);
      parts = parts();
      start();
    }

    private void on(LightningEvent happened) {
      switch (happened) {
        case LightningEvent.HtlcHeld(var hash, var amount, var expiry) ->
          deposit(hash, new DepositInput.HtlcHeld(amount, expiry, clock.millis()));
        case LightningEvent.HtlcLost(var hash, var why) -> deposit(hash, new DepositInput.HtlcGone(why));
        case LightningEvent.HtlcCollected(var hash, var amount) -> {
          deposit(hash, new DepositInput.HtlcCollected(amount));
          if (parts.store().use(hash).orElse(null) instanceof HashUse.OwnClaim(_, var round)) {
            depositor.received(round, hash);
          }
        }
        case LightningEvent.BlockReached(var height) -> escrow.block(height);
        case LightningEvent.PaymentSent _,LightningEvent.PaymentFailed _ -> {
        }
      }
    }

    private void deposit(PaymentHash hash, DepositInput input) {
      if (parts.store().use(hash).orElse(null) instanceof HashUse.Deposit(_, var person)) {
        escrow.happened(person, input);
      }
    }

    /** Delivers what the node has seen, does what follows, and says whether there was an event. */
    boolean work() {
      boolean any = false;
      while (lightning.deliver()) {
        any = true;
      }
      if (this == host) {
        escrow.advance();
      } else {
        depositor.advance();
      }
      return any;
    }

    LockResult lock() {
      return depositor.lock();
    }

    Msat balance() {
      return lightning.status().balance();
    }

    void copyFrom(Person other) {
      for (Map.Entry<DeviceId, Height> height : other.log.heights(topicOr(other)).entrySet()) {
        LogId id = new LogId(height.getKey(), topicOr(other));
        long from = log.heights(topicOr(other)).containsKey(height.getKey()) ? log.read(id, 1, 100_000).size() + 1 : 1;
        List<Entry> missing = other.log.read(id, from, 100_000);
        if (!missing.isEmpty()) {
          log.ingest(missing);
        }
      }
    }

    private TopicId topicOr(Person other) {
      return other.log.topics().iterator().next();
    }

    List<Entry> entries() {
      List<Entry> entries = new ArrayList<>();
      log.heights(topic).keySet().forEach(d -> entries.addAll(log.read(new LogId(d, topic), 1, 100_000)));
      return entries;
    }

    DepositState deposit(Person of) {
      return store.deposits(event).getOrDefault(of.device, new DepositState.Pledged());
    }

    private <T> T fateful(Class<T> port, T real) {
      return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[]{port}, (proxy, method, args) -> {
        fate.call("before " + method.getName());
        try {
          Object answer = method.invoke(real, args);
          fate.call("after " + method.getName());
          return answer;
        } catch (InvocationTargetException e) {
          throw e.getCause() == null ? e : e.getCause();
        }
      }));
    }
  }
}
