package klatch.commitments.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositEffect;
import klatch.commitments.DepositState;
import klatch.commitments.GroupCommit;
import klatch.commitments.OwnClaim;
import klatch.commitments.OwnDeposit;
import klatch.commitments.PaymentHash;
import klatch.commitments.PayoutState;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** The journal in PostgreSQL: written through the group commit, read from the pool. */
public final class PostgresCommitmentStore implements CommitmentStore {
  private static final Duration RETRY = Duration.ofMillis(200);

  private final DataSource money;
  private final GroupCommit commits;

  /** @param money the schema that {@code commits} writes */
  public PostgresCommitmentStore(DataSource money, GroupCommit commits) {
    this.money = money;
    this.commits = commits;
  }

  @Override
  public void save(List<Change> changes) {
    List<Change> copy = List.copyOf(changes);
    if (!copy.isEmpty()) {
      commits.write(connection -> {
        for (Change change : copy) {
          write(connection, change);
        }
      });
    }
  }

  private static void write(Connection connection, Change change) throws SQLException {
    switch (change) {
      case Change.PutDeposit(var event, var person, var state) -> update(connection,
          "INSERT INTO deposit (event, person, state) VALUES (?, ?, ?::jsonb)"
              + " ON CONFLICT (event, person) DO UPDATE SET state = excluded.state",
          event.bytes(), person.bytes(), JournalJson.write(state, DepositState.class));
      case Change.AddEffect(var event, var number, var person, var effect) -> update(connection,
          "INSERT INTO effect (event, number, person, effect) VALUES (?, ?, ?, ?::jsonb)"
              + " ON CONFLICT (event, number) DO UPDATE SET person = excluded.person, effect = excluded.effect",
          event.bytes(), number, person.bytes(), JournalJson.write(effect, DepositEffect.class));
      case Change.EffectDone(var event, var number) ->
        update(connection, "DELETE FROM effect WHERE event = ? AND number = ?", event.bytes(), number);
      case Change.PutPayout(var event, var round, var person, var state) -> update(connection,
          "INSERT INTO payout (event, round, person, state) VALUES (?, ?, ?, ?::jsonb)"
              + " ON CONFLICT (event, round, person) DO UPDATE SET state = excluded.state",
          event.bytes(), round, person.bytes(), JournalJson.write(state, PayoutState.class));
      case Change.UseHash(var hash, var use) -> update(connection,
          "INSERT INTO payment_hash (hash, use) VALUES (?, ?::jsonb) ON CONFLICT (hash) DO NOTHING", hash.bytes(),
          JournalJson.write(use, HashUse.class));
      case Change.PutOwnDeposit(var event, var deposit) -> update(connection,
          "INSERT INTO own_deposit (event, state) VALUES (?, ?::jsonb)"
              + " ON CONFLICT (event) DO UPDATE SET state = excluded.state",
          event.bytes(), JournalJson.write(deposit, OwnDeposit.class));
      case Change.PutClaimTarget(var event, var target) -> update(connection,
          "INSERT INTO claim_target (event, state) VALUES (?, ?::jsonb)"
              + " ON CONFLICT (event) DO UPDATE SET state = excluded.state",
          event.bytes(), JournalJson.write(target, ClaimTarget.class));
      case Change.PutOwnClaim(var event, var round, var claim) -> update(connection,
          "INSERT INTO own_claim (event, round, state) VALUES (?, ?, ?::jsonb)"
              + " ON CONFLICT (event, round) DO UPDATE SET state = excluded.state",
          event.bytes(), round, JournalJson.write(claim, OwnClaim.class));
    }
  }

  private static void update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  @Override
  public Set<EventId> events() {
    return new HashSet<>(query("SELECT event FROM deposit UNION SELECT event FROM payout UNION SELECT event FROM"
        + " own_deposit UNION SELECT event FROM own_claim UNION SELECT event FROM effect",
        row -> EventId.of(row.getBytes(1))));
  }

  @Override
  public Map<DeviceId, DepositState> deposits(EventId event) {
    Map<DeviceId, DepositState> deposits = new LinkedHashMap<>();
    query("SELECT person, state FROM deposit WHERE event = ? ORDER BY person",
        row -> deposits.put(new DeviceId(row.getBytes(1)), JournalJson.read(row.getString(2), DepositState.class)),
        event.bytes());
    return deposits;
  }

  @Override
  public SortedMap<Long, Todo> todo(EventId event) {
    SortedMap<Long, Todo> todo = new TreeMap<>();
    query("SELECT number, person, effect FROM effect WHERE event = ?",
        row -> todo.put(row.getLong(1),
            new Todo(new DeviceId(row.getBytes(2)), JournalJson.read(row.getString(3), DepositEffect.class))),
        event.bytes());
    return todo;
  }

  @Override
  public List<PayoutRow> payouts(EventId event) {
    return query("SELECT round, person, state FROM payout WHERE event = ? ORDER BY round, person",
        row -> new PayoutRow(row.getInt(1), new DeviceId(row.getBytes(2)),
            JournalJson.read(row.getString(3), PayoutState.class)),
        event.bytes());
  }

  @Override
  public Optional<HashUse> use(PaymentHash hash) {
    return query("SELECT use FROM payment_hash WHERE hash = ?",
        row -> JournalJson.read(row.getString(1), HashUse.class), hash.bytes()).stream().findFirst();
  }

  @Override
  public Optional<OwnDeposit> ownDeposit(EventId event) {
    return query("SELECT state FROM own_deposit WHERE event = ?",
        row -> JournalJson.read(row.getString(1), OwnDeposit.class), event.bytes()).stream().findFirst();
  }

  @Override
  public Optional<ClaimTarget> claimTarget(EventId event) {
    return query("SELECT state FROM claim_target WHERE event = ?",
        row -> JournalJson.read(row.getString(1), ClaimTarget.class), event.bytes()).stream().findFirst();
  }

  @Override
  public SortedMap<Integer, OwnClaim> ownClaims(EventId event) {
    SortedMap<Integer, OwnClaim> claims = new TreeMap<>();
    query("SELECT round, state FROM own_claim WHERE event = ?",
        row -> claims.put(row.getInt(1), JournalJson.read(row.getString(2), OwnClaim.class)), event.bytes());
    return claims;
  }

  @FunctionalInterface
  private interface Row<T extends @org.jspecify.annotations.Nullable Object> {
    T read(ResultSet row) throws SQLException;
  }

  /** Reads, and reads again until the database is there: nothing can be decided without the journal. */
  private <T extends @org.jspecify.annotations.Nullable Object> List<T> query(String sql, Row<T> row,
      Object... values) {
    while (true) {
      try (Connection connection = money.getConnection();
          PreparedStatement statement = connection.prepareStatement(sql)) {
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, values[i]);
        }
        List<T> all = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            all.add(row.read(rows));
          }
        }
        return all;
      } catch (SQLException e) {
        boolean ourFault = e.getSQLState() != null
            && (e.getSQLState().startsWith("42") || e.getSQLState().startsWith("22"));
        if (ourFault || Thread.currentThread().isInterrupted()) {
          throw new CommitException("the journal could not be read", e);
        }
        LockSupport.parkNanos(RETRY.toNanos());
      }
    }
  }
}
