package klatch.cli.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import klatch.commitments.DepositTerms;
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

/** One event, its door, which stores durably, and its guests, whose logs are in memory. Used by one thread. */
final class DoorCrowd implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(3);
  /** A door has at most 300 connections, so a crowd comes in waves. */
  private static final int WAVE = 200;
  private static final long SCREEN_NANOS = 1_000_000_000;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final LeapingClock clock = new LeapingClock();
  private final Ed25519Key key = Ed25519Key.generate();
  private final PostgresLogStore log;
  private final Meetup meetup;
  private final Host host;
  private final CheckIn door;
  private final EventId event;
  private final List<Guest> guests;
  private final Optional<DoorMoney> money;
  private String shown = "";
  private long shownAt;

  /** Somebody with a phone. */
  private record Guest(Ed25519Key key, InMemoryLogStore log, Meetup meetup, CheckIn checkIn) implements AutoCloseable {
    static Guest of(List<Entry> about, EventId event, LeapingClock clock) {
      var key = Ed25519Key.generate();
      var log = new InMemoryLogStore(clock);
      log.ingest(about);
      var meetup = new Meetup(log, key, clock);
      meetup.pledge(event).orThrow();
      return new Guest(key, log, meetup, new CheckIn(meetup, key, clock, Beacon.none()));
    }

    List<Entry> entries() {
      return log.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry)
          .filter(entry -> entry.device().equals(device())).toList();
    }

    DeviceId device() {
      return DeviceId.of(key);
    }

    @Override
    public void close() {
      meetup.close();
      log.close();
    }
  }

  /**
   * Nanoseconds of each guest's way through the door by screens.
   *
   * @param answered from the text of the code to the text of the answer
   * @param signed   from the text of the answer to the text of the closing frame, stored durably
   * @param closed   from the text of the closing frame to the encounter, in memory
   */
  record Screens(List<Long> answered, List<Long> signed, List<Long> closed) {}

  /**
   * Nanoseconds of a crowd's way through the door over connections.
   *
   * @param checkedIn  of each guest, from the text of the code to the encounter stored at both sides
   * @param refunded   of each guest with a deposit, from the same moment to its coming back to their wallet
   * @param connecting for all together, before they are let in; {@code comingIn}: then; {@code refunding}: from the first
   *                   of each wave who came in to its last deposit back
   */
  record Connections(List<Long> checkedIn, List<Long> refunded, long connecting, long comingIn, long refunding) {}

  /**
   * Everybody has a seat, and, if there are deposits, each is held.
   *
   * @param people how many
   */
  DoorCrowd(Database database, int people, boolean deposits) {
    log = new PostgresLogStore(database, clock);
    meetup = new Meetup(log, key, clock);
    money = deposits ? Optional.of(new DoorMoney(database, clock, key, log, meetup)) : Optional.empty();
    host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"));
    door = new CheckIn(meetup, key, clock, Beacon.none());
    door.serve(host);
    event = announce(people);
    var about = log.arrivals(0, Integer.MAX_VALUE).stream().map(Arrival::entry).toList();
    guests = IntStream.range(0, people).mapToObj(_ -> Guest.of(about, event, clock)).toList();
    log.ingest(guests.stream().flatMap(guest -> guest.entries().stream()).toList());
    Until.holds("everybody has a seat", PATIENCE, () -> meetup.seats(event).confirmed().size() == people);
    money.ifPresent(held -> held.holdAll(event, guests.stream().map(Guest::device).toList()));
    clock.leap(DoorMoney.UNTIL_CHECK_IN.toMillis());
  }

  private EventId announce(int people) {
    long opens = clock.millis() + DoorMoney.UNTIL_CHECK_IN.toMillis();
    var times = new EventTimes("UTC", opens, opens + 2 * HOUR, opens - HOUR / 2, opens + 2 * HOUR);
    var terms = money.map(held -> held.terms(times)).map(DepositTerms::encode).orElse(ByteString.EMPTY);
    return meetup.createEvent(meetup.createGroup("Crowd", ""),
        new EventCreated("Crowd", "", "", times, people, List.of(), PresenceRule.DOOR, terms)).orThrow();
  }

  /** The first guests come one after the other, without a network. */
  Screens byScreens(int count) {
    var screens = new Screens(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    guests.subList(0, count).forEach(guest -> byScreens(guest, screens));
    return screens;
  }

  private void byScreens(Guest guest, Screens into) {
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
    into.answered().add(second - start);
    into.signed().add(third - second);
    into.closed().add(end - third);
  }

  /** Everybody after the first {@code from}, {@code parallel} at once. */
  Connections byConnections(int from, int parallel) throws InterruptedException, ExecutionException {
    var crowd = guests.subList(from, guests.size());
    var started = new long[crowd.size()];
    var checkedIn = new long[crowd.size()];
    var refunded = new ArrayList<Long>();
    long connecting = 0;
    long comingIn = 0;
    long refunding = 0;
    for (int begin = 0; begin < crowd.size(); begin += WAVE) {
      int end = Math.min(crowd.size(), begin + WAVE);
      var peers = crowd.subList(begin, end).stream().map(guest -> Libp2pHost.create(HostOptions.of(guest.key())))
          .toList();
      int offset = begin;
      try {
        var address = host.listenAddresses().getFirst();
        connecting += timed(peers.size(), parallel, i -> peers.get(i).connect(address));
        long first = System.nanoTime();
        comingIn += timed(peers.size(), parallel, i -> {
          var code = screen();
          started[offset + i] = System.nanoTime();
          checkIn(crowd.get(offset + i), peers.get(i), code);
          checkedIn[offset + i] = System.nanoTime() - started[offset + i];
        });
        var back = backAt(crowd.subList(begin, end));
        IntStream.range(0, back.size()).forEach(i -> refunded.add(back.get(i) - started[offset + i]));
        refunding += back.stream().mapToLong(Long::longValue).max().orElse(first) - first;
      } finally {
        peers.forEach(Host::close);
      }
    }
    return new Connections(Arrays.stream(checkedIn).boxed().toList(), refunded, connecting, comingIn, refunding);
  }

  /** When their deposits were back, if there were any. */
  private List<Long> backAt(List<Guest> wave) {
    return money.map(held -> held.refunded(wave.stream().map(Guest::device).toList())).orElse(List.of());
  }

  /** What the door's screen shows, which asks for a new code every second, however many look at it. */
  private synchronized String screen() {
    if (System.nanoTime() - shownAt > SCREEN_NANOS || shown.isEmpty()) {
      shown = door.code(event).orThrow().text();
      shownAt = System.nanoTime();
    }
    return shown;
  }

  private static void checkIn(Guest guest, Host peer, String code) {
    var reply = guest.checkIn().checkIn(peer, code);
    if (!(reply instanceof CheckInReply.CheckedIn)) {
      throw new IllegalStateException("not checked in: " + reply);
    }
  }

  /** @return nanoseconds for all of them, so many at once */
  static long timed(int count, int parallel, IntConsumer act) throws InterruptedException, ExecutionException {
    var room = new Semaphore(parallel);
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < count; i++) {
        int which = i;
        room.acquire();
        running.add(threads.submit(() -> {
          try {
            act.accept(which);
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

  /** Everybody is present, and no deposit is held any more. */
  void checkAllIn() {
    int present = meetup.presence(event).present().size();
    if (present != guests.size()) {
      throw new IllegalStateException("only " + present + " of " + guests.size() + " are present");
    }
    money.ifPresent(held -> held.checkAllReleased(event, guests.size()));
  }

  @Override
  public void close() {
    Stream.<AutoCloseable>concat(guests.stream(), Stream.concat(money.stream(), Stream.of(host, meetup, log)))
        .forEach(DoorCrowd::closeOne);
  }

  private static void closeOne(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      throw new IllegalStateException("a part of the bench did not close", e);
    }
  }
}
