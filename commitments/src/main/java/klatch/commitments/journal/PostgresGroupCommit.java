package klatch.commitments.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import klatch.commitments.GroupCommit;
import klatch.log.DiskAlarm;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits on one thread and one connection: all waiting writes and the rider's cut in one transaction. A write may run
 * more than once before it is committed, also when the outcome of a commit was lost with the connection, so writes say
 * what shall be, never by how much to change it.
 *
 * <p>While PostgreSQL is away everybody waits; a bad write fails alone. When the disk is full nobody waits: nothing is
 * committed any more until the next start, so nothing more goes out either. Exactly one process at a time drives the money of
 * a schema: an advisory lock, and an epoch that tells an older owner to stop.
 */
public final class PostgresGroupCommit implements GroupCommit, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresGroupCommit.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  /** Writes in one transaction: more wait for the next. */
  private static final int LARGEST_BATCH = 500;

  private final MoneyConnection money;
  private final DiskAlarm disk;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final List<Waiting> queue = new ArrayList<>();
  private final Thread committer;
  private boolean woken;
  private boolean closing;
  private @Nullable CommitException broken;
  private volatile @Nullable Rider rider;

  /** Touched by the committer until {@link #done} is counted down, then by the writer. */
  private static final class Waiting {
    final Write write;
    final CountDownLatch done = new CountDownLatch(1);
    @Nullable
    CommitException failure;

    Waiting(Write write) {
      this.write = write;
    }
  }

  /** A write of the batch is bad; the transaction has to be run again with care. */
  private static final class BadWriteException extends Exception {
    private static final long serialVersionUID = 1L;

    BadWriteException(Throwable cause) {
      super(cause);
    }
  }

  private PostgresGroupCommit(MoneyConnection money, DiskAlarm disk) {
    this.money = money;
    this.disk = disk;
    this.committer = Thread.ofPlatform().name("money-committer").daemon().unstarted(this::run);
  }

  /** As the other, on a disk that nobody here can see. */
  public static PostgresGroupCommit open(DataSource money, Duration patience) {
    return open(money, patience, DiskAlarm.unseen());
  }

  /**
   * Brings the schema up to date and takes it.
   *
   * @param money    connections whose search path begins with the money schema
   * @param patience how long to wait for the lock: a dead process's session may linger for a moment
   * @param disk     asked whenever the server fails, and raised when its disk is full
   * @throws CommitException if another process has it
   */
  public static PostgresGroupCommit open(DataSource money, Duration patience, DiskAlarm disk) {
    migrate(money);
    MoneyConnection connection = new MoneyConnection(money);
    long until = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        connection.own();
        PostgresGroupCommit commits = new PostgresGroupCommit(connection, disk);
        commits.committer.start();
        return commits;
      } catch (MoneyConnection.LockedException e) {
        if (System.nanoTime() >= until) {
          throw new CommitException(String.valueOf(e.getMessage()), e);
        }
        pause(FIRST_PAUSE);
      } catch (SQLException e) {
        throw new CommitException("cannot take the money schema: " + e.getMessage(), e);
      }
    }
  }

  private static void migrate(DataSource money) {
    MoneyTables.migrate(PostgresGroupCommit.class.getClassLoader(), "klatch/commitments/db", "money_history", money);
  }

  @Override
  public void rider(Rider newRider) {
    if (rider != null) {
      throw new IllegalStateException("there is a rider already");
    }
    rider = newRider;
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      woken = true;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(Write write) {
    Waiting waiting = new Waiting(write);
    lock.lock();
    try {
      if (broken != null) {
        throw new CommitException(String.valueOf(broken.getMessage()), broken);
      }
      if (closing) {
        throw new CommitException("the journal is closed");
      }
      queue.add(waiting);
      work.signal();
    } finally {
      lock.unlock();
    }
    awaitUninterrupted(waiting.done);
    if (waiting.failure != null) {
      throw new CommitException(String.valueOf(waiting.failure.getMessage()), waiting.failure);
    }
  }

  /** Ends as a crash would: what is not committed yet never will be. For trials. */
  public void halt() {
    fail(List.of(), "halted");
    close();
  }

  /** Commits what is waiting, gives the lock back, and refuses whatever comes later. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (committer.isAlive()) {
      try {
        committer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      for (List<Waiting> batch = next(); batch != null; batch = next()) {
        commit(batch);
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the committer has failed", e);
      fail(List.of(), "the committer has failed: " + e);
      throw e;
    } finally {
      money.drop();
    }
  }

  private @Nullable List<Waiting> next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !woken && !closing) {
        work.awaitUninterruptibly();
      }
      if (broken != null || (queue.isEmpty() && !woken)) {
        return null;
      }
      woken = false;
      List<Waiting> batch = new ArrayList<>(queue.subList(0, Math.min(queue.size(), LARGEST_BATCH)));
      queue.subList(0, batch.size()).clear();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<Waiting> batch) {
    Duration pause = FIRST_PAUSE;
    boolean careful = false;
    while (true) {
      try {
        Runnable afterwards = transaction(batch, careful);
        batch.forEach(waiting -> waiting.done.countDown());
        afterwards.run();
        return;
      } catch (BadWriteException e) {
        careful = true;
        rollback();
      } catch (MoneyConnection.OvertakenException e) {
        fail(batch, String.valueOf(e.getMessage()));
        return;
      } catch (SQLException e) {
        boolean away = money.away(e);
        Optional<String> hopeless = away ? disk.reason(e) : Optional.empty();
        if (hopeless.isPresent()) {
          rollback();
          fail(batch, hopeless.get());
          return;
        }
        if (away) {
          money.drop();
        } else {
          rollback();
        }
        if (closingWithoutDatabase(batch, e)) {
          return;
        }
        LOG.warn("money cannot be committed now, trying again in {} ms: {}", pause.toMillis(), e.getMessage());
        pause(pause);
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      }
    }
  }

  /** @return what the rider wants to run now that everything is committed */
  private Runnable transaction(List<Waiting> batch, boolean careful) throws SQLException, BadWriteException {
    Connection connection = money.ready();
    for (Waiting waiting : batch) {
      if (waiting.failure == null) {
        write(connection, waiting, careful);
      }
    }
    Rider riding = rider;
    Runnable afterwards = riding == null ? () -> {
    } : riding.board(connection);
    connection.commit();
    return afterwards;
  }

  private void write(Connection connection, Waiting waiting, boolean careful)
      throws SQLException, BadWriteException {
    Savepoint before = careful ? connection.setSavepoint() : null;
    try {
      waiting.write.into(connection);
      if (before != null) {
        connection.releaseSavepoint(before);
      }
    } catch (SQLException | RuntimeException e) {
      if (e instanceof SQLException sql && money.away(sql)) {
        throw sql;
      }
      if (before == null) {
        throw new BadWriteException(e);
      }
      connection.rollback(before);
      waiting.failure = new CommitException("a bad write: " + e.getMessage(), e);
    }
  }

  private void rollback() {
    try {
      money.ready().rollback();
    } catch (SQLException e) {
      money.drop();
    }
  }

  private boolean closingWithoutDatabase(List<Waiting> batch, SQLException e) {
    lock.lock();
    try {
      if (!closing) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    fail(batch, "closed while the database was away: " + e.getMessage());
    return true;
  }

  /** Nothing is written any more: not these, not what waits, not what comes. */
  private void fail(List<Waiting> batch, String why) {
    List<Waiting> all = new ArrayList<>(batch);
    lock.lock();
    try {
      broken = new CommitException(why);
      all.addAll(queue);
      queue.clear();
    } finally {
      lock.unlock();
    }
    for (Waiting waiting : all) {
      waiting.failure = new CommitException(why);
      waiting.done.countDown();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
