package klatch.web;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import klatch.commitments.DepositTerms;
import klatch.commitments.Deposits;
import klatch.commitments.LightningException;
import klatch.log.LogStore;
import klatch.log.StoreException;
import klatch.meetup.Meetup;
import klatch.meetup.MeetupEvent;
import klatch.web.wire.Notices;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this person should not miss, kept up by one thread: whenever something is stored, money moves, or a moment comes.
 * Nothing of it is written down but which of it has been seen.
 */
final class NoticeBoard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NoticeBoard.class);
  /** More than a person reads; the oldest are left out. */
  static final int MOST = 100;
  /** Of events that start soonest; more would be a flood by somebody's group. */
  private static final int MOST_READ = 2_000;
  /** How often the clock is looked at when nothing else happens. */
  private static final Duration LOOK = Duration.ofSeconds(1);
  /** At a door something arrives many times a second. */
  private static final Duration REST = Duration.ofMillis(500);

  private final Meetup meetup;
  private final Supplier<ApiParts.MoneyState> money;
  private final Notes notes;
  private final InstantSource clock;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Semaphore news = new Semaphore(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final LogStore.Subscription entries;
  private final Thread thread;
  private volatile List<Shown> shown = List.of();
  /** The next moment at which a notice becomes due, or matters no longer; written by the thread. */
  private volatile long nextMillis = Long.MAX_VALUE;
  private volatile long lookedAtMillis = Long.MIN_VALUE;
  /** Touched by the thread. */
  private @Nullable Deposits watched;
  private LogStore.Subscription moves = () -> {
  };

  /** A notice with what is needed of its event to say it. */
  private record Shown(Notice notice, MeetupEvent event) {
  }

  /** Learns that something else is to be seen. Must not block. */
  interface Listener {
    /** There are other notices, or others of them are seen. */
    void noticed();

    /** This person's deposits and payouts, or the Lightning node, are not as they were. */
    void moved();
  }

  NoticeBoard(Meetup meetup, Supplier<ApiParts.MoneyState> money, NodeControl node, InstantSource clock) {
    this.meetup = meetup;
    this.money = money;
    this.notes = node.notes();
    this.clock = clock;
    this.entries = node.follow(_ -> news.release());
    this.thread = Thread.ofVirtual().name("notices").start(this::run);
  }

  void addTo(Routes routes) {
    routes.get("/notices", _ -> list());
    routes.post("/notices/seen", this::seen);
    routes.post("/notices/silenced", this::silence);
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  /** How many have not been seen. */
  int unseen() {
    var seen = notes.told().seen();
    return (int) due().stream().filter(one -> !seen.contains(one.notice().id())).count();
  }

  private List<Shown> due() {
    long now = clock.millis();
    var silenced = notes.told().silenced();
    return shown.stream().filter(one -> one.notice().isDueAt(now))
        .filter(one -> !silenced.contains(one.notice().kind().label()))
        .sorted(Comparator.comparingLong((Shown one) -> one.notice().fromMillis()).reversed()).limit(MOST).toList();
  }

  private Notices.NoticeList list() {
    look();
    var seen = notes.told().seen();
    var all = due().stream().map(one -> wire(one, seen)).toList();
    return new Notices.NoticeList(all, (int) all.stream().filter(notice -> !notice.seen()).count(),
        Notice.REMINDERS.stream().sorted().map(Notice.Kind::label).toList(),
        notes.told().silenced().stream().sorted().toList());
  }

  private static Notices.Notice wire(Shown shown, Set<String> seen) {
    var notice = shown.notice();
    var times = shown.event().times();
    return new Notices.Notice(notice.id(), notice.kind().label(), notice.event(), shown.event().details().title(),
        times.zone(), times.startsAtMillis(), notice.fromMillis(), notice.untilMillis(), notice.amountMsat(),
        seen.contains(notice.id()));
  }

  private Notices.NoticeList seen(Call call) {
    var ids = Call.required(call.read(Notices.Seen.class).ids(), "ids");
    var known = shown.stream().map(one -> one.notice().id()).collect(Collectors.toSet());
    notes.seen(ids.stream().filter(known::contains).collect(Collectors.toSet()), known);
    listeners.forEach(Listener::noticed);
    return list();
  }

  private Notices.NoticeList silence(Call call) {
    var asked = Set.copyOf(Call.required(call.read(Notices.Choice.class).silenced(), "silenced"));
    var can = Notice.REMINDERS.stream().map(Notice.Kind::label).collect(Collectors.toSet());
    if (!can.containsAll(asked)) {
      throw PublicException.invalid("what can be silenced is " + String.join(", ", can.stream().sorted().toList()));
    }
    notes.silence(asked);
    listeners.forEach(Listener::noticed);
    return list();
  }

  private void run() {
    try {
      while (!closed.await(0, TimeUnit.MILLISECONDS)) {
        boolean told = news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        try {
          step(told);
        } catch (RuntimeException e) {
          LOG.warn("the notices stay as they were; trying again", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step(boolean told) throws InterruptedException {
    watchMoney();
    long now = clock.millis();
    long due = nextMillis;
    if (told || now >= due || now < lookedAtMillis) {
      news.drainPermits();
      var before = due().stream().map(one -> one.notice().id()).toList();
      look();
      if (now >= due || !before.equals(due().stream().map(one -> one.notice().id()).toList())) {
        listeners.forEach(Listener::noticed);
      }
      closed.await(REST.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The money parts come after the API, and somebody has to notice. */
  private void watchMoney() {
    var there = deposits().orElse(null);
    if (there != watched && there != null) {
      moves.close();
      moves = there.onChange(() -> {
        listeners.forEach(Listener::moved);
        news.release();
      });
      watched = there;
      listeners.forEach(Listener::moved);
    }
  }

  private Optional<Deposits> deposits() {
    return switch (money.get()) {
      case ApiParts.MoneyState.Running(var running) -> Optional.of(running.deposits());
      case ApiParts.MoneyState.None(var claims) -> claims;
      case ApiParts.MoneyState.Starting _ -> Optional.empty();
    };
  }

  /** Reads everything anew. Whoever asks and the thread may do so at once: each has the same. */
  private void look() {
    try {
      long now = clock.millis();
      var found = new ArrayList<Shown>();
      long next = Long.MAX_VALUE;
      for (var event : meetup.events()) {
        for (var notice : notices(event, now)) {
          if (notice.untilMillis() > now) {
            found.add(new Shown(notice, event));
            next = Math.min(next, notice.fromMillis() > now ? notice.fromMillis() : notice.untilMillis());
          }
        }
      }
      shown = List.copyOf(found.subList(0, Math.min(found.size(), MOST_READ)));
      nextMillis = next;
      lookedAtMillis = now;
    } catch (StoreException | LightningException e) {
      LOG.warn("the notices stay as they were: {}", e.getMessage());
    }
  }

  private List<Notice> notices(MeetupEvent event, long now) {
    var terms = DepositTerms.of(event);
    long over = terms.map(DepositTerms::clock).map(times -> times.payoutsCloseAtMillis())
        .orElse(event.times().endsAtMillis());
    var seat = meetup.seats(event.id()).of(meetup.self());
    boolean hosts = event.host().equals(meetup.self());
    boolean asked = event.details().rsvpClosesAtMillis() != null;
    if (now >= over + Notice.KEPT_MILLIS || (seat.isEmpty() && !hosts && !asked)
        || notes.leftAlone(event.group())) {
      return List.of();
    }
    boolean member = seat.isPresent() || meetup.people().profiles(event.group()).containsKey(meetup.self());
    return Notice.of(new Notice.Facts(event, meetup.self(), member, seat,
        meetup.isPresent(event.id(), meetup.self()), meetup.milestones(event.id()),
        terms.flatMap(_ -> seat.isPresent() && !hosts ? deposits() : Optional.empty())
            .flatMap(deposits -> deposits.own(event.id())),
        now));
  }

  @Override
  public void close() {
    closed.countDown();
    entries.close();
    news.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    moves.close();
  }
}
