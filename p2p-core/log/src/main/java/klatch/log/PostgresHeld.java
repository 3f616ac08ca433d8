package klatch.log;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import klatch.libp2p.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL holds of the logs in one batch, read at the start of its transaction. */
final class PostgresHeld implements Intake.Held {
  private final Connection connection;
  private final Set<EntryId> ids;
  private final Map<LogId, Head> heads = new HashMap<>();
  private final Map<LogId, ForkProof> forks = new HashMap<>();
  private long lastPosition;

  private PostgresHeld(Connection connection, Set<EntryId> ids) {
    this.connection = connection;
    this.ids = ids;
  }

  /** @param logs at least one */
  static PostgresHeld read(Connection connection, Collection<LogId> logs, List<EntryId> ids) throws SQLException {
    PostgresHeld held = new PostgresHeld(connection, known(connection, ids));
    byte[][] topics = logs.stream().map(log -> log.topic().bytes()).toArray(byte[][]::new);
    byte[][] devices = logs.stream().map(log -> log.device().bytes()).toArray(byte[][]::new);
    held.readLogs(topics, devices);
    return held;
  }

  /** Those of the ids that are stored. */
  static Set<EntryId> known(Connection connection, List<EntryId> ids) throws SQLException {
    Set<EntryId> known = new HashSet<>();
    if (ids.isEmpty()) {
      return known;
    }
    try (PreparedStatement select = connection.prepareStatement("SELECT id FROM entry WHERE id = ANY (?)")) {
      select.setArray(1, array(connection, ids.stream().map(EntryId::bytes).toArray(byte[][]::new)));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          known.add(new EntryId(rows.getBytes(1)));
        }
      }
    }
    return known;
  }

  private static Array array(Connection connection, byte[][] values) throws SQLException {
    return connection.createArrayOf("bytea", values);
  }

  /** Everything by one question: while an answer is on its way, every other writer waits. */
  private void readLogs(byte[][] topics, byte[][] devices) throws SQLException {
    String sql = """
        SELECT wanted.topic, wanted.device, log.height, log.head_id, log.head_millis, fork.first_header,
        fork.second_header, (SELECT coalesce(max(position), 0) FROM entry)
        FROM unnest(?::bytea[], ?::bytea[]) AS wanted (topic, device)
        LEFT JOIN log ON log.topic = wanted.topic AND log.device = wanted.device
        LEFT JOIN fork ON fork.topic = wanted.topic AND fork.device = wanted.device""";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setArray(1, array(connection, topics));
      select.setArray(2, array(connection, devices));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          row(rows);
        }
      }
    }
  }

  private void row(ResultSet row) throws SQLException {
    LogId log = logId(row);
    byte[] head = row.getBytes(4);
    if (head != null) {
      heads.put(log, new Head(row.getLong(3), new EntryId(head), row.getLong(5)));
    }
    byte[] first = row.getBytes(6);
    if (first != null) {
      forks.put(log, new ForkProof(header(first), header(row.getBytes(7))));
    }
    lastPosition = row.getLong(8);
  }

  /** The first two columns of a row are topic and device. */
  private static LogId logId(ResultSet row) throws SQLException {
    return new LogId(new DeviceId(row.getBytes(2)), new TopicId(row.getBytes(1)));
  }

  static EntryHeader header(byte[] stored) {
    try {
      return EntryHeader.decode(stored);
    } catch (MalformedMessageException e) {
      throw new StoreException("the database holds a damaged entry: " + e.getMessage(), false, e);
    }
  }

  @Override
  public boolean has(EntryId id) {
    return ids.contains(id);
  }

  @Override
  public @Nullable Head head(LogId log) {
    return heads.get(log);
  }

  @Override
  public @Nullable ForkProof fork(LogId log) {
    return forks.get(log);
  }

  /** Of the last arrival, whatever its log; 0 if there is none. */
  long lastPosition() {
    return lastPosition;
  }

  @Override
  public EntryHeader at(LogId log, long sequence) {
    String sql = "SELECT header FROM entry JOIN log USING (log_id) WHERE topic = ? AND device = ? AND sequence = ?";
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setBytes(1, log.topic().bytes());
      select.setBytes(2, log.device().bytes());
      select.setLong(3, sequence);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new StoreException("the database has lost entry " + sequence + " of " + log, false);
        }
        return header(row.getBytes(1));
      }
    } catch (SQLException e) {
      throw new BrokenConnectionException(e);
    }
  }

  /** Carries an SQL failure through {@link Intake}, which knows nothing of SQL. */
  static final class BrokenConnectionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLException failure;

    BrokenConnectionException(SQLException failure) {
      super(failure);
      this.failure = failure;
    }

    SQLException failure() {
      return failure;
    }
  }
}
