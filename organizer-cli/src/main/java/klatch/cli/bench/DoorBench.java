package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import klatch.cli.Json;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.log.Arrival;
import klatch.log.Database;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.log.InMemoryLogStore;
import klatch.log.PostgresLogStore;
import klatch.meetup.ByteString;
import klatch.meetup.EventCreated;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.Meetup;
import klatch.meetup.PresenceRule;
import klatch.meetup.checkin.Beacon;
import klatch.meetup.checkin.CheckIn;
import klatch.meetup.checkin.CheckInReply;
import klatch.meetup.checkin.Scan;
import klatch.regtest.Until;
import klatch.regtest.chain.Folders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code klatch bench door}: one door that stores durably in PostgreSQL. First one guest after the other by screens alone,
 * each step timed; then a crowd over real connections, everybody in this process too. Bare Ed25519 is the baseline.
 */
@Command(name = "door", sortOptions = false, description = "Check-ins a second at one door over real connections, and how long each takes.")
public final class DoorBench implements Callable<Integer> {
  /** A door has at most 300 connections, so a crowd comes in waves. */
  private static final int WAVE = 200;
  private static final int SIGNATURES = 2_000;
  private static final int WARM = 50;
  private static final long SCREEN_NANOS = 1_000_000_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double TAIL = 0.99;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Option(names = "--attendees", paramLabel = "N", defaultValue = "500", description = "How many come over a connection (default: ${DEFAULT-VALUE}).")
  int attendees;

  @Option(names = "--screens", paramLabel = "N", defaultValue = "150", description = "How many come by screens alone, one after the other (default: ${DEFAULT-VALUE}).")
  int screens;

  @Option(names = "--parallel", paramLabel = "N", defaultValue = "16", description = "How many of the crowd check in at once (default: ${DEFAULT-VALUE}).")
  int parallel;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /** Milliseconds: the median, of a hundred the slowest but one, the slowest. */
  @JsonPropertyOrder({"p50", "p99", "most"})
  record Spread(double p50, double p99, double most) {
    static Spread of(List<Long> nanos) {
      var sorted = nanos.stream().sorted().toList();
      return new Spread(millis(sorted, 0.5), millis(sorted, TAIL), sorted.getLast() / NANOS_PER_MILLI);
    }

    private static double millis(List<Long> sorted, double part) {
      return sorted.get((int) ((sorted.size() - 1) * part)) / NANOS_PER_MILLI;
    }

    String text() {
      return String.format(Locale.ROOT, "%8.2f %8.2f %8.2f", p50, p99, most);
    }
  }

  /**
   * @param bare          one Ed25519 signature and one check, the least that a check-in needs on one side
   * @param answered      from the text of the code to the text of the answer
   * @param signed        from the text of the answer to the text of the closing frame, stored durably
   * @param closed        from the text of the closing frame to the encounter, in memory
   * @param checkedIn     one guest of the crowd, from the text of the code to the encounter stored at both sides
   * @param checkInsASecond while the crowd came
   * @param connectsASecond before that, with their handshakes
   */
  @JsonPropertyOrder({"attendees", "parallel", "bare", "answered", "signed", "closed", "checkedIn", "checkInsASecond",
      "connectsASecond"})
  record Result(int attendees, int parallel, Spread bare, Spread answered, Spread signed, Spread closed,
      Spread checkedIn, double checkInsASecond, double connectsASecond) {}

  /** Somebody with a phone whose log is in memory. */
  private record Guest(Ed25519Key key, InMemoryLogStore log, Meetup meetup, CheckIn checkIn) implements AutoCloseable {
    static Guest of(List<Entry> about, EventId event) {
      var clock = Clock.systemUTC();
      var key = Ed25519Key.generate();
      var log = new InMemoryLogStore(clock);
      log.ingest(about);
      var meetup = new Meetup(log, key, clock);
      meetup.pledge(event).orThrow();
      return new Guest(key, log, meetup, new CheckIn(meetup, key, clock, Beacon.none()));
    }

    List<Entry> entries() {
      return log.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry)
          .filter(entry -> entry.device().equals(DeviceId.of(key))).toList();
    }

    @Override
    public void close() {
      meetup.close();
      log.close();
    }
  }

  @Override
  public Integer call() throws Exception {
    var directory = Files.createTempDirectory("klatch-bench-door");
    var clock = Clock.systemUTC();
    var key = Ed25519Key.generate();
    try (var database = Database.embedded(directory, "");
        var log = new PostgresLogStore(database, clock);
        var meetup = new Meetup(log, key, clock);
        var host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"))) {
      var event = announce(meetup, clock.millis());
      var about = log.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry).toList();
      var guests = IntStream.range(0, screens + attendees).mapToObj(_ -> Guest.of(about, event)).toList();
      log.ingest(guests.stream().flatMap(guest -> guest.entries().stream()).toList());
      Until.holds("everybody has a seat", PATIENCE, () -> meetup.seats(event).confirmed().size() == guests.size());
      var door = new CheckIn(meetup, key, clock, Beacon.none());
      door.serve(host);
      show(new Measured(event, door, host).all(guests));
      guests.forEach(Guest::close);
      if (meetup.presence(event).present().size() != guests.size()) {
        throw new IllegalStateException(
            "only " + meetup.presence(event).present().size() + " of " + guests.size() + " are present");
      }
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private EventId announce(Meetup meetup, long nowMillis) {
    long hour = Duration.ofHours(1).toMillis();
    return meetup.createEvent(meetup.createGroup("Crowd", ""), new EventCreated("Crowd", "", "",
        new EventTimes("UTC", nowMillis, nowMillis + 2 * hour, nowMillis - hour, nowMillis + 2 * hour),
        screens + attendees, List.of(), PresenceRule.DOOR, ByteString.EMPTY)).orThrow();
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
      return;
    }
    System.out.printf(Locale.ROOT, "milliseconds                                   median      99 %%     most%n");
    row("one signature and one check, bare", result.bare());
    row("from the code to the answer", result.answered());
    row("from the answer to the closing frame, stored", result.signed());
    row("from the closing frame to the end", result.closed());
    row("over a connection, " + result.parallel() + " at once", result.checkedIn());
    System.out.printf(Locale.ROOT, "%d guests over connections: %.0f check-ins a second (connecting: %.0f a second)%n",
        result.attendees(), result.checkInsASecond(), result.connectsASecond());
  }

  private static void row(String what, Spread spread) {
    System.out.printf(Locale.ROOT, "%-44s %s%n", what, spread.text());
  }

  /** The measuring itself. */
  private final class Measured {
    private final EventId event;
    private final CheckIn door;
    private final Host host;
    private final List<Long> answered = new ArrayList<>();
    private final List<Long> signed = new ArrayList<>();
    private final List<Long> closed = new ArrayList<>();
    private final ConcurrentLinkedQueue<Long> crowd = new ConcurrentLinkedQueue<>();
    private long connecting;
    private long checkingIn;
    private String shown = "";
    private long shownAt;

    Measured(EventId event, CheckIn door, Host host) {
      this.event = event;
      this.door = door;
      this.host = host;
    }

    Result all(List<Guest> guests) throws InterruptedException, ExecutionException {
      var bare = Spread.of(bare());
      guests.subList(0, screens).forEach(this::byScreens);
      for (int from = screens; from < guests.size(); from += WAVE) {
        wave(guests.subList(from, Math.min(guests.size(), from + WAVE)));
      }
      return new Result(attendees, parallel, bare, settled(answered), settled(signed), settled(closed),
          Spread.of(List.copyOf(crowd)), attendees / (checkingIn / NANOS_PER_SECOND),
          attendees / (connecting / NANOS_PER_SECOND));
    }

    /** Without the first ones, while the machine learns. */
    private Spread settled(List<Long> nanos) {
      return Spread.of(nanos.subList(Math.min(WARM, nanos.size() - 1), nanos.size()));
    }

    private List<Long> bare() {
      var key = Ed25519Key.generate();
      var message = new byte[218];
      var nanos = new ArrayList<Long>();
      for (int i = 0; i < SIGNATURES; i++) {
        message[0] = (byte) i;
        long start = System.nanoTime();
        var signature = key.sign(message);
        if (!Ed25519.verify(DeviceId.of(key).bytes(), message, signature)) {
          throw new IllegalStateException("a signature does not hold");
        }
        nanos.add(System.nanoTime() - start);
      }
      return nanos.subList(SIGNATURES / 2, SIGNATURES);
    }

    private void byScreens(Guest guest) {
      var code = door.code(event).orThrow().text();
      long start = System.nanoTime();
      var answer = ((Scan.Answered) guest.checkIn().scanned(code)).frame().text();
      long second = System.nanoTime();
      var closing = ((Scan.Signed) door.scanned(answer)).frame().text();
      long third = System.nanoTime();
      var done = guest.checkIn().scanned(closing);
      long end = System.nanoTime();
      if (!(done instanceof Scan.Done)) {
        throw new IllegalStateException("not closed: " + done);
      }
      answered.add(second - start);
      signed.add(third - second);
      closed.add(end - third);
    }

    private void wave(List<Guest> guests) throws InterruptedException, ExecutionException {
      var peers = guests.stream().map(guest -> Libp2pHost.create(HostOptions.of(guest.key()))).toList();
      try {
        var address = host.listenAddresses().getFirst();
        connecting += timed(guests.size(), i -> peers.get(i).connect(address));
        checkingIn += timed(guests.size(), i -> checkIn(guests.get(i), peers.get(i)));
      } finally {
        peers.forEach(Host::close);
      }
    }

    /** What the door's screen shows, which asks for a new code every second, however many look at it. */
    private synchronized String screen() {
      if (System.nanoTime() - shownAt > SCREEN_NANOS || shown.isEmpty()) {
        shown = door.code(event).orThrow().text();
        shownAt = System.nanoTime();
      }
      return shown;
    }

    private void checkIn(Guest guest, Host peer) {
      var code = screen();
      long start = System.nanoTime();
      var reply = guest.checkIn().checkIn(peer, code);
      crowd.add(System.nanoTime() - start);
      if (!(reply instanceof CheckInReply.CheckedIn)) {
        throw new IllegalStateException("not checked in: " + reply);
      }
    }

    /** @return nanoseconds for all of them, so many at once */
    private long timed(int count, Consumer<Integer> act) throws InterruptedException, ExecutionException {
      var room = new Semaphore(parallel);
      long start = System.nanoTime();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var running = new ArrayList<Future<?>>();
        for (int i = 0; i < count; i++) {
          int guest = i;
          room.acquire();
          running.add(threads.submit(() -> {
            try {
              act.accept(guest);
            } finally {
              room.release();
            }
          }));
        }
        for (var one : running) {
          one.get();
        }
      }
      return System.nanoTime() - start;
    }
  }
}
