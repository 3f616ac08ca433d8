package klatch.lightning;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import klatch.commitments.LightningException;

/** A look at the Lightning tables, outside of any commit. */
@FunctionalInterface
public interface MoneyQuery<T> {
  T run(Connection connection) throws SQLException;

  /**
   * Runs the query on a connection of its own, which commits by itself meanwhile.
   *
   * @throws LightningException if the tables cannot be read now
   */
  static <T> T read(DataSource source, MoneyQuery<T> query) {
    try (Connection connection = source.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try {
        return query.run(connection);
      } finally {
        connection.setAutoCommit(autoCommit);
      }
    } catch (SQLException e) {
      throw new LightningException("cannot read the Lightning tables: " + e.getMessage(), true, e);
    }
  }
}
