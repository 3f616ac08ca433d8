package klatch.commitments;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * One writer of the money schema: whatever is ready commits together, in one PostgreSQL transaction.
 *
 * <p>The Lightning adapter rides along: before each commit it is asked for a cut of the node's state, so a decision and
 * the node state that led to it are stored together or not at all.
 */
public interface GroupCommit {
  /** Work inside the next transaction. Runs on the committer's thread; must not commit, block on others, or retry. */
  @FunctionalInterface
  interface Write {
    void into(Connection connection) throws SQLException;
  }

  /** Takes part in every commit. */
  @FunctionalInterface
  interface Rider {
    /**
     * Writes what has to be stored now.
     *
     * @return what to run after the commit; it is not run if the transaction failed, and then {@link #board} is called
     *         again and must write the same or newer state
     */
    Runnable board(Connection connection) throws SQLException;
  }

  /** Adds the one rider; its tables are its own, in the same schema. */
  void rider(Rider rider);

  /** Asks for a commit soon, because the rider has something to store. Never blocks. */
  void wake();

  /** Blocks until the write is committed. While PostgreSQL is away it waits; it fails only if the write itself is bad. */
  void write(Write write);
}
