package klatch.meetup;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import klatch.log.Arrival;
import klatch.log.Entry;
import klatch.log.ForkProof;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.log.StoreException;
import klatch.log.TopicId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link MeetupView} that follows a store. The lock guards the view; readers bring it up to date themselves, and one
 * virtual thread does it when nobody asks, keeps the ledger, and calls the listeners without holding the lock.
 */
final class LiveView implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveView.class);
  /** Entries read from the store at once: a few megabytes at most. */
  private static final int BATCH = 500;
  /** How long the thread waits before it tries a failed store again; it waits twice as long each time. */
  private static final long FIRST_RETRY_MILLIS = 250;
  /** And never longer than this. */
  private static final long LAST_RETRY_MILLIS = 4_000;

  private final LogStore store;
  private final Ledger ledger;
  private final ReentrantLock lock = new ReentrantLock();
  private MeetupView view = new MeetupView();
  private long position;
  /** The store's {@link LogStore#changes} when everything had been read. */
  private long readAt = -1;
  /** Logs that are forked, each with the sequence from which on it does not count. */
  private Map<LogId, Long> forks = new HashMap<>();
  private final Set<TopicId> undecided = new HashSet<>();
  private final List<Meetup.ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private final Semaphore news = new Semaphore(1);
  private final LogStore.Subscription subscription;
  private final Thread thread;
  private final AtomicBoolean forksUnread = new AtomicBoolean(true);
  private volatile boolean closed;
  /** Touched by the thread only. */
  private long retryMillis = FIRST_RETRY_MILLIS;

  /** Appends what follows from the view; called with the lock held. */
  @FunctionalInterface
  interface Ledger {
    void keep(MeetupView view, Set<TopicId> changed);
  }

  LiveView(LogStore store, Ledger ledger) {
    this.store = store;
    this.ledger = ledger;
    this.subscription = store.subscribe(new LogStore.Listener() {
      @Override
      public void arrived(List<Arrival> arrivals) {
        news.release();
      }

      @Override
      public void forked(ForkProof proof) {
        forksUnread.set(true);
        news.release();
      }
    });
    this.thread = Thread.ofVirtual().name("meetup-view").start(this::follow);
  }

  /** An answer from everything stored so far. */
  <T> T read(Function<MeetupView, T> question) {
    return exclusively(() -> {
      catchUp();
      return question.apply(view);
    });
  }

  /** Keeps every other reader and the ledger out while {@code act} looks and then writes. */
  <T> T exclusively(Supplier<T> act) {
    lock.lock();
    try {
      return act.get();
    } finally {
      lock.unlock();
    }
  }

  LogStore.Subscription onChange(Meetup.ChangeListener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Asks the store only when something may have been stored: at a door, somebody looks many times a second. */
  private void catchUp() {
    long changes = store.changes();
    if (changes == readAt && !forksUnread.get()) {
      return;
    }
    if (forksUnread.get()) {
      readForks();
    }
    List<Arrival> batch;
    do {
      batch = store.arrivals(position, BATCH);
      for (Arrival arrival : batch) {
        Entry entry = arrival.entry();
        if (entry.sequence() < forks.getOrDefault(entry.log(), Long.MAX_VALUE) && view.apply(entry)) {
          undecided.add(entry.topic());
        }
        position = arrival.position();
      }
    } while (batch.size() == BATCH);
    readAt = changes;
  }

  /** What a forked log said from the fork on is not the same everywhere, so nobody's view has it. */
  private void readForks() {
    forksUnread.set(false);
    try {
      Map<LogId, Long> found = new HashMap<>();
      for (TopicId topic : store.topics()) {
        store.forks(topic).forEach(proof -> found.merge(proof.log(), proof.sequence(), Math::min));
      }
      if (!found.equals(forks)) {
        forks = found;
        view = new MeetupView();
        position = 0;
      }
    } catch (StoreException e) {
      forksUnread.set(true);
      throw e;
    }
  }

  private void follow() {
    try {
      while (!closed) {
        news.acquire();
        news.drainPermits();
        if (!closed) {
          step();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A step reads the log first, so trying again is safe even when it is not known whether the last append was stored.
   */
  private void step() throws InterruptedException {
    try {
      Set<TopicId> changed = exclusively(this::keepLedger);
      retryMillis = FIRST_RETRY_MILLIS;
      if (!changed.isEmpty()) {
        listeners.forEach(listener -> tell(listener, changed));
      }
    } catch (StoreException e) {
      LOG.warn("cannot read or write the log now, trying again in {} ms: {}", retryMillis, e.getMessage());
      news.tryAcquire(retryMillis, TimeUnit.MILLISECONDS);
      retryMillis = Math.min(2 * retryMillis, LAST_RETRY_MILLIS);
      news.release();
    } catch (RuntimeException e) {
      LOG.error("the seat ledger failed; it tries again when something new arrives", e);
    }
  }

  /** Topics stay undecided until the ledger has stored its decisions, so that a failure in between loses none. */
  private Set<TopicId> keepLedger() {
    catchUp();
    Set<TopicId> changed = Set.copyOf(undecided);
    if (!changed.isEmpty()) {
      ledger.keep(view, changed);
      undecided.removeAll(changed);
      catchUp();
    }
    return changed;
  }

  private static void tell(Meetup.ChangeListener listener, Set<TopicId> changed) {
    try {
      listener.changed(changed);
    } catch (RuntimeException e) {
      LOG.error("a listener for changes failed; the others go on", e);
    }
  }

  /**
   * Waits for the thread, so that nothing is appended afterwards. It is not interrupted: that would break its
   * database socket.
   */
  @Override
  public void close() {
    subscription.close();
    closed = true;
    news.release();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
