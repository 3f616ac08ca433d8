package klatch.commitments.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.commitments.DepositState;
import klatch.commitments.Lightning;
import klatch.commitments.LockResult;
import klatch.commitments.MoneyReport;
import klatch.commitments.Msat;
import klatch.commitments.PayAddresses;
import klatch.commitments.SteppedDeposits;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.CommitmentStore;
import klatch.commitments.journal.InMemoryCommitmentStore;
import klatch.libp2p.Ed25519Key;
import klatch.log.Bytes32;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.Height;
import klatch.log.InMemoryLogStore;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.meetup.EventId;
import klatch.meetup.Meetup;

/** One node of a {@link Town}. Its log, its journal and its channel outlive a crash; the engine does not. */
public final class Person {
  private static final int EVERYTHING = 100_000;

  private final Town town;
  private final String name;
  private final Ed25519Key key;
  private final DeviceId device;
  private final InMemoryLogStore log;
  private final Meetup meetup;
  private final CommitmentStore store = new InMemoryCommitmentStore();
  private Fate fate = Fate.QUIET;
  private PayAddresses addresses = PayAddresses.NONE;
  private Optional<String> withdrawUrl = Optional.empty();
  private InMemoryLightning lightning;
  private Surroundings parts;
  private SteppedDeposits money;

  Person(Town town, String name, int seed) {
    this.town = town;
    this.name = name;
    byte[] bytes = new byte[Bytes32.LENGTH];
    Arrays.fill(bytes, (byte) seed);
    this.key = Ed25519Key.fromSeed(bytes);
    this.device = DeviceId.of(key);
    this.log = new InMemoryLogStore(town.clock());
    this.meetup = new Meetup(log, key, town.clock());
    this.lightning = open();
    this.parts = surroundings();
    this.money = new SteppedDeposits(parts, EventId.of(new byte[Bytes32.LENGTH]));
  }

  private InMemoryLightning open() {
    return town.network().open(name, Town.CAPACITY, Town.BALANCE, InMemoryLightning.Delivery.BY_HAND);
  }

  private Surroundings surroundings() {
    return new Surroundings(key, fateful(LogStore.class, log), meetup, fateful(Lightning.class, lightning),
        fateful(CommitmentStore.class, store), town.clock(), (step, moment) -> fate.at(step, moment))
        .with(addresses, withdrawUrl);
  }

  /** From now on this node looks addresses up there, and serves codes to withdraw by there; it starts again for it. */
  public void reach(PayAddresses newAddresses, Optional<String> newWithdrawUrl) {
    addresses = newAddresses;
    withdrawUrl = newWithdrawUrl;
    crash(0);
  }

  public String name() {
    return name;
  }

  public Ed25519Key key() {
    return key;
  }

  public DeviceId device() {
    return device;
  }

  public InMemoryLogStore log() {
    return log;
  }

  public Meetup meetup() {
    return meetup;
  }

  public CommitmentStore store() {
    return store;
  }

  public InMemoryLightning lightning() {
    return lightning;
  }

  /** What the engine stands on: everything that leaves it asks the fate first. */
  public Surroundings parts() {
    return parts;
  }

  public SteppedDeposits money() {
    return money;
  }

  /** From now on this decides when the process dies. */
  public void fate(Fate newFate) {
    fate = newFate;
  }

  /** As a process does when it starts. */
  void start() {
    money = new SteppedDeposits(parts, town.event());
    lightning.watch(money::on);
  }

  /** Everything that is not stored is gone, and the node starts again; it may tell its last events again. */
  public void crash(int eventsAgain) {
    lightning.close();
    lightning = open();
    town.network().replay(name, eventsAgain);
    parts = surroundings();
    start();
  }

  /** Delivers what the node has seen, does what follows, and says whether there was an event. */
  public boolean work() {
    boolean any = false;
    while (lightning.deliver()) {
      any = true;
    }
    if (this == town.host()) {
      money.advanceEscrow();
    } else {
      money.advanceDepositor();
    }
    return any;
  }

  public LockResult lock() {
    return money.lock();
  }

  /** What the node owns in its channel, held deposits of others left out. */
  public Msat balance() {
    return lightning.status().balance();
  }

  /** What it owned before the evening. */
  public Msat before() {
    return Town.BALANCE;
  }

  /** What this one's log and journal say now; nobody dies of looking. */
  public Optional<MoneyReport> report() {
    Fate waiting = fate;
    fate = Fate.QUIET;
    try {
      return money.report();
    } finally {
      fate = waiting;
    }
  }

  /** Takes over what the other one has and this one lacks. */
  public void copyFrom(Person other) {
    TopicId topic = other.log.topics().iterator().next();
    Map<DeviceId, Height> mine = log.heights(topic);
    for (Map.Entry<DeviceId, Height> theirs : other.log.heights(topic).entrySet()) {
      Height here = mine.get(theirs.getKey());
      long from = here == null ? 1 : here.sequence() + 1;
      if (from <= theirs.getValue().sequence()) {
        log.ingest(other.log.read(new LogId(theirs.getKey(), topic), from, EVERYTHING));
      }
    }
  }

  /** All entries of the group that this one has. */
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    log.heights(town.topic()).keySet()
        .forEach(author -> entries.addAll(log.read(new LogId(author, town.topic()), 1, EVERYTHING)));
    return entries;
  }

  /** What this one's journal says of the other one's deposit. */
  public DepositState deposit(Person of) {
    return store.deposits(town.event()).getOrDefault(of.device, new DepositState.Pledged());
  }

  private <T> T fateful(Class<T> port, T real) {
    return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[]{port}, (_, method, args) -> {
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
