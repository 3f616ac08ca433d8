package klatch.lightning;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import klatch.commitments.LightningException;

/** A look at the Lightning tables, outside of any commit. */
@FunctionalInterface
public interface MoneyQuery<T> {
  /** When a server dies, so have the few connections of the pool; each is found out by being used. */
  int TRIES = 4;

  T run(Connection connection) throws SQLException;

  /**
   * Runs the query on a connection of its own, which commits by itself meanwhile; on another one if it breaks.
   *
   * @throws LightningException if the tables cannot be read now
   */
  static <T> T read(DataSource source, MoneyQuery<T> query) {
    for (int left = TRIES - 1;; left--) {
      try {
        return readOnce(source, query);
      } catch (SQLException e) {
        if (left == 0) {
          throw new LightningException("cannot read the Lightning tables: " + e.getMessage(), true, e);
        }
      }
    }
  }

  private static <T> T readOnce(DataSource source, MoneyQuery<T> query) throws SQLException {
    try (Connection connection = source.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(true);
      T result = query.run(connection);
      connection.setAutoCommit(autoCommit);
      return result;
    }
  }
}
