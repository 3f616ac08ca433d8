package klatch.cli.node;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.Json;
import klatch.commitments.LightningException;
import klatch.commitments.Surroundings;
import klatch.commitments.journal.CommitException;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.ListenException;
import klatch.libp2p.Multiaddr;
import klatch.lightning.LdkUnavailableException;
import klatch.log.Database;
import klatch.log.DeviceId;
import klatch.log.DirectoryLock;
import klatch.log.Entry;
import klatch.log.LogStore;
import klatch.log.PostgresLogStore;
import klatch.log.StoreException;
import klatch.log.TopicId;
import klatch.log.TopicSync;
import klatch.meetup.EventId;
import klatch.meetup.LastAsGuest;
import klatch.meetup.Meetup;
import klatch.meetup.MemberProfile;
import klatch.meetup.checkin.Beacon;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.guest.GuestDesk;
import klatch.meetup.guest.KeyArrival;
import klatch.web.ApiParts;
import klatch.web.ApiPortException;
import klatch.web.LocalApi;
import klatch.web.NodeControl;
import klatch.web.Notes;
import klatch.web.Sharing;
import klatch.web.SyncState;
import klatch.web.WithdrawListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One person's node: the one place where the parts are put together. They are started in {@link #start} from the bottom
 * up and closed in the opposite order; whatever fails on the way closes what was there.
 */
public final class Node implements RunningNode, NodeControl {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final String NOTES_FILE = "notes.json";

  private final NodeOptions options;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<@Nullable NodeOptions> again = new AtomicReference<>();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  /** Whoever stops the node, a failure and a signal may want to close it at once; all return when it is closed. */
  private final ReentrantLock closing = new ReentrantLock();
  private static final int WORDS_IN_A_ROW = 6;

  private final NodeKeys keys;
  private final Clock clock;
  private final Host host;
  private final LogStore log;
  private final Meetup meetup;
  private final Notes notes;
  private final TopicSync sync;
  private final AddressBook addresses;
  private final SyncWatch syncWatch;
  private final CheckIn checkIn;
  private final StartingMoney money;
  private final LocalApi api;

  /**
   * Starts it, and returns as soon as its API answers; Lightning starts behind that. If it cannot, the node stops, and
   * {@link #awaitStop} says why.
   *
   * @throws StartRefusedException if anything else cannot start; nothing of it runs then
   */
  public static Node begin(NodeOptions options) {
    return new Node(options, UnaryOperator.identity(), Optional.empty());
  }

  /**
   * Starts it, and returns when all of it runs.
   *
   * @throws StartRefusedException if it cannot start; nothing of it runs then
   */
  public static Node start(NodeOptions options) {
    return start(options, UnaryOperator.identity());
  }

  /**
   * For a program that runs several nodes inside itself: they share its few connections to the database.
   *
   * @param database with this node's prefix; takes the place of {@link NodeOptions#storage}, and is closed by the node
   */
  public static Node start(NodeOptions options, Database database) {
    return new Node(options, UnaryOperator.identity(), Optional.of(database)).complete();
  }

  /**
   * The seam for tests.
   *
   * @param outfit may give the money engine other parts, such as a Lightning node that cheats
   */
  static Node start(NodeOptions options, UnaryOperator<Surroundings> outfit) {
    return new Node(options, outfit, Optional.empty()).complete();
  }

  private Node(NodeOptions options, UnaryOperator<Surroundings> outfit, Optional<Database> shared) {
    this.options = options;
    try {
      Files.createDirectories(options.dataDir());
      clock = options.clockFile().<Clock>map(FileClock::new).orElseGet(Clock::systemUTC);
      var database = opened(database(shared));
      keys = NodeKeys.of(options.dataDir());
      log = opened(new PostgresLogStore(database, clock));
      meetup = opened(new Meetup(log, keys.device(), clock));
      host = opened(
          Libp2pHost.create(HostOptions.of(keys.device()).listen(options.ports().listen().toArray(String[]::new))
              .agentVersion("klatch/" + klatch.web.Version.NUMBER).clock(clock)));
      notes = new Notes(new NotesFile(options.dataDir().resolve(NOTES_FILE)));
      options.nickname().filter(_ -> meetup.people().own().isEmpty())
          .ifPresent(nickname -> meetup.people().say(new MemberProfile(nickname), null));
      sync = opened(new TopicSync(host, log, new Sharing(meetup.privateGroups(), notes)));
      syncWatch = opened(new SyncWatch(sync, log, DeviceId.of(keys.device())));
      addresses = AddressBook.open(options.dataDir().resolve("peers"), sync);
      var withdrawals = options.withdraw()
          .map(withdraw -> opened(WithdrawListener.start(this::moneyState, withdraw.listen())));
      var withdrawUrl = withdrawals.map(listener -> options.withdraw().flatMap(NodeOptions.Withdraw::publicUrl)
          .orElseGet(() -> listener.localUrl().toString()));
      money = opened(StartingMoney.begin(
          () -> NodeMoney.start(options, keys, database, log, meetup, clock, withdrawUrl, outfit), stop::countDown));
      checkIn = new CheckIn(meetup, keys.device(), clock, beacon());
      checkIn.serve(host);
      // Only now: whoever asks looks at the money.
      withdrawals.ifPresent(listener -> listener.reachedAt(withdrawUrl.orElseThrow()));
      api = serveApi();
      database.diskAlarm().listen(this::fail);
    } catch (RuntimeException | IOException e) {
      close();
      throw refused(e);
    }
  }

  /** Waits until Lightning runs too. */
  private Node complete() {
    try {
      money.running();
      return this;
    } catch (RuntimeException e) {
      close();
      throw refused(e);
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  private Database database(Optional<Database> shared) {
    var storage = options.storage();
    if (shared.isEmpty() && storage.jdbcUrl().isEmpty()) {
      return Database.embedded(options.dataDir(), storage.schemaPrefix());
    }
    // A database elsewhere does not keep another node out of the data directory.
    opened(DirectoryLock.acquire(options.dataDir()));
    return shared.orElseGet(() -> Database.external(storage.jdbcUrl().orElseThrow(), storage.schemaPrefix()));
  }

  private Beacon beacon() {
    return options.chain().lnd().isPresent()
        ? new LndBeacon(() -> money.now().flatMap(NodeMoney::newestBlock))
        : opened(new ChainBeacon(() -> money.now().flatMap(NodeMoney::chain), clock));
  }

  private LocalApi serveApi() throws IOException {
    var serving = opened(LocalApi.start(new ApiParts(meetup, checkIn, host, this::moneyState, this, clock),
        options.ports().apiPort()));
    options.pagesCode().ifPresent(serving::expect);
    NodeKeys.writePrivately(options.apiFile(),
        Json.line(new ApiClient.ApiFile(serving.url().toString(), serving.token())) + "\n");
    opened(() -> Files.deleteIfExists(options.apiFile()));
    return serving;
  }

  private ApiParts.MoneyState moneyState() {
    return money.forApi(options.chain().hasLightning()
        ? new ApiParts.MoneyState.Starting()
        : new ApiParts.MoneyState.None());
  }

  private static RuntimeException refused(Exception e) {
    return switch (e) {
      case StartRefusedException refused -> refused;
      case ListenException _,ApiPortException _,StoreException _,LightningException _,LdkUnavailableException _,CommitException _,IOException _ ->
        new StartRefusedException(String.valueOf(e.getMessage()), e);
      case RuntimeException other -> other;
      default -> new IllegalStateException(e);
    };
  }

  /** The parts, for a program that runs a node inside itself. */
  public Meetup meetup() {
    return meetup;
  }

  public Host host() {
    return host;
  }

  public LogStore log() {
    return log;
  }

  public CheckIn checkIn() {
    return checkIn;
  }

  /** Waits until it runs; empty when the node has no chain. */
  public Optional<NodeMoney> money() {
    return options.chain().hasLightning() ? Optional.of(money.running()) : Optional.empty();
  }

  @Override
  public URI apiUrl() {
    return api.url();
  }

  @Override
  public URI pagesLink() {
    return api.link();
  }

  @Override
  public String peerId() {
    return host.id().toString();
  }

  @Override
  public List<String> listenAddresses() {
    return host.listenAddresses().stream().map(Multiaddr::toString).toList();
  }

  @Override
  public List<String> notices() {
    var notices = new ArrayList<String>();
    if (keys.fresh() && options.chain().lnd().isEmpty()) {
      notices.add(
          "write down these 24 words, in this order; they are shown this once, and whoever has them has the money:");
      var words = keys.lightning().words();
      for (int row = 0; row < words.size(); row += WORDS_IN_A_ROW) {
        notices.add(String.join(" ", words.subList(row, row + WORDS_IN_A_ROW)));
      }
      notices.add("they bring back your bitcoin; with a file of klatch wallet backup, also what is yours in channels");
    }
    if (!options.chain().hasLightning()) {
      notices.add("no chain (--bitcoind-url) and no LND (--lightning lnd) was given, so there is no Lightning here:"
          + " meetups work, deposits do not; payouts can go to a wallet elsewhere (klatch claim)");
    }
    return notices;
  }

  @Override
  public String network() {
    return options.chain().network().label();
  }

  @Override
  public Notes notes() {
    return notes;
  }

  @Override
  public void want(TopicId topic) {
    sync.follow(topic);
  }

  @Override
  public Connection keep(Multiaddr address) {
    addresses.keep(address);
    return host.connect(address);
  }

  @Override
  public LogStore.Subscription follow(Consumer<Set<TopicId>> listener) {
    return log.subscribe(arrivals -> listener
        .accept(arrivals.stream().map(arrival -> arrival.entry().topic()).collect(Collectors.toSet())));
  }

  @Override
  public List<Entry> ownEntries(int most) {
    return log.by(meetup.self(), most);
  }

  @Override
  public GuestDesk guests(EventId event) {
    return new GuestDesk(log, meetup, checkIn, event, clock);
  }

  @Override
  public KeyArrival arrival(DeviceId guest, LastAsGuest last) {
    return KeyArrival.of(log, DeviceId.of(keys.device()), guest, last);
  }

  @Override
  public void become(Ed25519Key key, Optional<String> nickname, String code) {
    NodeKeys.become(options.dataDir(), key);
    again.set(options.again(api.url().getPort(), nickname, code));
    stop();
  }

  @Override
  public Optional<NodeOptions> again() {
    return Optional.ofNullable(again.get());
  }

  @Override
  public SyncState sync() {
    return syncWatch.state();
  }

  @Override
  public Optional<String> lightningAddress() {
    return money.now().flatMap(NodeMoney::lightningAddress);
  }

  @Override
  public void stop() {
    stop.countDown();
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stop.await();
    money.failure().ifPresent(failure -> {
      throw refused(failure);
    });
  }

  @Override
  public Optional<String> failure() {
    return Optional.ofNullable(failure.get());
  }

  /**
   * Ends it with its money as a crash would leave it: what was not stored is gone. For a program that runs nodes inside
   * itself and tries what they survive.
   */
  public void kill() {
    money().ifPresent(NodeMoney::halt);
    close();
  }

  /** Closes itself, on a thread of its own: what notices the failure is itself one of the parts that have to end. */
  private void fail(String reason) {
    if (failure.compareAndSet(null, reason)) {
      stop.countDown();
      Thread.ofPlatform().name("node-failed").start(() -> {
        try {
          close();
        } catch (RuntimeException e) {
          LOG.error("after a failure ({}) not every part could be closed", reason, e);
        }
      });
    }
  }

  /** Closes what was started, newest first; a part that fails to close does not keep the others open. */
  @Override
  public void close() {
    stop.countDown();
    closing.lock();
    try {
      closeParts();
    } finally {
      closing.unlock();
    }
  }

  private void closeParts() {
    RuntimeException trouble = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        var wrapped = new IllegalStateException("a part of the node did not close: " + e.getMessage(), e);
        if (trouble == null) {
          trouble = wrapped;
        } else {
          trouble.addSuppressed(wrapped);
        }
      }
    }
    if (trouble != null) {
      throw trouble;
    }
  }
}
