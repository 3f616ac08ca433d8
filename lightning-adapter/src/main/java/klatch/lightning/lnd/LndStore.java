package klatch.lightning.lnd;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import klatch.commitments.GroupCommit;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.journal.MoneyTables;
import klatch.lightning.MoneyQuery;
import klatch.lightning.PaymentRecord;

/** The adapter's tables in the money schema. Writing happens on the group commit's connection alone. Thread-safe. */
final class LndStore {
  /** How far one of our invoices has come. */
  enum State {
    OPEN, HELD, RELEASING, COLLECTING, LAPSED, RELEASED, LOST, COLLECTED;

    boolean over() {
      return switch (this) {
        case OPEN, HELD, RELEASING, COLLECTING -> false;
        case LAPSED, RELEASED, LOST, COLLECTED -> true;
      };
    }

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** @param expiryHeight empty until something was held */
  record Row(PaymentHash hash, boolean hold, State state, long addIndex, Msat amount, Optional<Integer> expiryHeight,
      Optional<Preimage> preimage, boolean told) {
    static Row open(PaymentHash hash, Msat amount) {
      return new Row(hash, true, State.OPEN, 0, amount, Optional.empty(), Optional.empty(), true);
    }

    Row in(State newState, boolean newTold) {
      return new Row(hash, hold, newState, addIndex, amount, expiryHeight, preimage, newTold);
    }

    Row held(Msat heldAmount, int height) {
      return new Row(hash, hold, State.HELD, addIndex, heldAmount, Optional.of(height), preimage, false);
    }

    Row collecting(Preimage known) {
      return new Row(hash, hold, State.COLLECTING, addIndex, amount, expiryHeight, Optional.of(known), told);
    }

    Row collected(Msat paid) {
      return new Row(hash, hold, State.COLLECTED, addIndex, paid, expiryHeight, preimage, false);
    }

    Row added(long index) {
      return new Row(hash, hold, state, index, amount, expiryHeight, preimage, told);
    }
  }

  /** A payment under way, and what tells it from an older one of the same hash. */
  record UnderWay(PaymentId id, PaymentHash hash, long afterIndex) {}

  private static final String COLUMNS = "hash, hold, state, add_index, amount_msat, expiry_height, preimage, told";
  private static final String NOT_OVER = "state in ('open', 'held', 'releasing', 'collecting')";

  private final DataSource money;
  private final GroupCommit commits;

  LndStore(DataSource money, GroupCommit commits) {
    this.money = money;
    this.commits = commits;
  }

  static void migrate(DataSource money) {
    MoneyTables.migrate(LndStore.class.getClassLoader(), "klatch/lightning/lnd/db", "lnd_history", money);
  }

  /** Whether there is a row, over or not; also where no LND was ever used. */
  static boolean knows(DataSource money, PaymentHash hash) {
    boolean used = MoneyQuery.read(money, connection -> {
      try (PreparedStatement exists = connection.prepareStatement("select to_regclass('lnd_invoice') is not null");
          ResultSet row = exists.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    });
    return used && MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement("select 1 from lnd_invoice where hash = ?")) {
        select.setBytes(1, hash.bytes());
        try (ResultSet row = select.executeQuery()) {
          return row.next();
        }
      }
    });
  }

  /** The node id that this schema belongs to: the given one, if there was none yet. */
  String node(String nodeId) {
    commits.write(connection -> {
      try (PreparedStatement insert = connection
          .prepareStatement("insert into lnd_node (node_id) values (?) on conflict do nothing")) {
        insert.setString(1, nodeId);
        insert.executeUpdate();
      }
    });
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement("select node_id from lnd_node");
          ResultSet row = select.executeQuery()) {
        return row.next() ? row.getString(1) : nodeId;
      }
    });
  }

  Optional<Row> invoice(PaymentHash hash) {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection
          .prepareStatement("select " + COLUMNS + " from lnd_invoice where hash = ?")) {
        select.setBytes(1, hash.bytes());
        return rows(select).stream().findFirst();
      }
    });
  }

  /** All that LND may still change. */
  List<Row> notOver() {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection
          .prepareStatement("select " + COLUMNS + " from lnd_invoice where " + NOT_OVER + " order by add_index")) {
        return rows(select);
      }
    });
  }

  List<Row> untoldInvoices() {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection
          .prepareStatement("select " + COLUMNS + " from lnd_invoice where not told order by changed_at")) {
        return rows(select);
      }
    });
  }

  private static List<Row> rows(PreparedStatement select) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows.add(new Row(new PaymentHash(row.getBytes(1)), row.getBoolean(2),
            State.valueOf(row.getString(3).toUpperCase(Locale.ROOT)), row.getLong(4), new Msat(row.getLong(5)),
            Optional.ofNullable(row.getObject(6, Integer.class)),
            Optional.ofNullable(row.getBytes(7)).map(Preimage::new), row.getBoolean(8)));
      }
    }
    return rows;
  }

  void put(Row row) {
    commits.write(connection -> {
      try (PreparedStatement insert = connection.prepareStatement("insert into lnd_invoice (" + COLUMNS + ")"
          + " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (hash) do update set hold = excluded.hold,"
          + " state = excluded.state, add_index = excluded.add_index, amount_msat = excluded.amount_msat,"
          + " expiry_height = excluded.expiry_height, preimage = excluded.preimage, told = excluded.told,"
          + " changed_at = case when lnd_invoice.state = excluded.state then lnd_invoice.changed_at else now() end")) {
        insert.setBytes(1, row.hash().bytes());
        insert.setBoolean(2, row.hold());
        insert.setString(3, row.state().label());
        insert.setLong(4, row.addIndex());
        insert.setLong(5, row.amount().value());
        insert.setObject(6, row.expiryHeight().orElse(null), Types.INTEGER);
        insert.setBytes(7, row.preimage().map(preimage -> preimage.bytes()).orElse(null));
        insert.setBoolean(8, row.told());
        insert.executeUpdate();
      }
    });
  }

  /** Remembers that the news of this state was taken in; if it has changed since, it says nothing. */
  void told(PaymentHash hash, State state) {
    commits.write(connection -> {
      try (PreparedStatement update = connection
          .prepareStatement("update lnd_invoice set told = true where hash = ? and state = ?")) {
        update.setBytes(1, hash.bytes());
        update.setString(2, state.label());
        update.executeUpdate();
      }
    });
  }

  Optional<Payment> payment(PaymentId id) {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          "select id, preimage, amount_msat, fee_msat, reason, released from lnd_payment where id = ?")) {
        select.setBytes(1, id.bytes());
        return payments(select).stream().findFirst();
      }
    });
  }

  List<Payment> untoldPayments() {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          "select id, preimage, amount_msat, fee_msat, reason, released from lnd_payment where not told")) {
        return payments(select);
      }
    });
  }

  private static List<Payment> payments(PreparedStatement select) throws SQLException {
    List<Payment> payments = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        PaymentId id = new PaymentId(row.getBytes(1));
        byte[] preimage = row.getBytes(2);
        String reason = row.getString(5);
        if (preimage != null) {
          payments.add(
              new Payment.Sent(id, new Preimage(preimage), new Msat(row.getLong(3)), new Msat(row.getLong(4))));
        } else {
          payments.add(reason == null ? new Payment.Pending(id) : new Payment.Failed(id, reason, row.getBoolean(6)));
        }
      }
    }
    return payments;
  }

  List<UnderWay> underWay() {
    return MoneyQuery.read(money, connection -> {
      List<UnderWay> all = new ArrayList<>();
      try (PreparedStatement select = connection.prepareStatement(
          "select id, hash, after_index from lnd_payment where preimage is null and reason is null");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          all.add(new UnderWay(new PaymentId(row.getBytes(1)), new PaymentHash(row.getBytes(2)), row.getLong(3)));
        }
      }
      return all;
    });
  }

  /** Remembers that a payment is about to be sent. */
  void started(UnderWay payment, Msat amount) {
    commits.write(connection -> insert(connection, payment, amount));
  }

  private static void insert(Connection connection, UnderWay payment, Msat amount) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(
        "insert into lnd_payment (id, hash, asked_msat, after_index) values (?, ?, ?, ?) on conflict (id) do nothing")) {
      insert.setBytes(1, payment.id().bytes());
      insert.setBytes(2, payment.hash().bytes());
      insert.setLong(3, amount.value());
      insert.setLong(4, payment.afterIndex());
      insert.executeUpdate();
    }
  }

  /** A payment that LND never took: as if it had not been asked for. */
  void notStarted(PaymentId id) {
    commits.write(connection -> {
      try (PreparedStatement delete = connection
          .prepareStatement("delete from lnd_payment where id = ? and preimage is null and reason is null")) {
        delete.setBytes(1, id.bytes());
        delete.executeUpdate();
      }
    });
  }

  /** Remembers a payment that ended before it began; it is still to be told. */
  void refused(UnderWay payment, Msat amount, Payment.Failed failed) {
    commits.write(connection -> {
      try (PreparedStatement insert = connection.prepareStatement(
          "insert into lnd_payment (id, hash, asked_msat, after_index, reason, released, told)"
              + " values (?, ?, ?, ?, ?, ?, false) on conflict (id) do nothing")) {
        insert.setBytes(1, payment.id().bytes());
        insert.setBytes(2, payment.hash().bytes());
        insert.setLong(3, amount.value());
        insert.setLong(4, payment.afterIndex());
        insert.setString(5, failed.reason());
        insert.setBoolean(6, failed.released());
        insert.executeUpdate();
      }
    });
  }

  /** Remembers how a payment ended, still to be told; an end that is known already stays. */
  void ended(Payment payment) {
    commits.write(connection -> {
      try (PreparedStatement update = connection.prepareStatement("""
          update lnd_payment set preimage = ?, amount_msat = ?, fee_msat = ?, reason = ?, released = ?, told = false
            where id = ? and preimage is null and reason is null""")) {
        switch (payment) {
          case Payment.Sent sent -> {
            update.setBytes(1, sent.preimage().bytes());
            update.setLong(2, sent.amount().value());
            update.setLong(3, sent.fee().value());
            update.setString(4, null);
            update.setBoolean(5, false);
          }
          case Payment.Failed failed -> {
            update.setBytes(1, null);
            update.setNull(2, Types.BIGINT);
            update.setNull(3, Types.BIGINT);
            update.setString(4, failed.reason());
            update.setBoolean(5, failed.released());
          }
          case Payment.Pending pending -> throw new IllegalArgumentException(pending + " has not ended");
        }
        update.setBytes(6, payment.id().bytes());
        update.executeUpdate();
      }
    });
  }

  void told(PaymentId id) {
    commits.write(connection -> {
      try (PreparedStatement update = connection.prepareStatement("update lnd_payment set told = true where id = ?")) {
        update.setBytes(1, id.bytes());
        update.executeUpdate();
      }
    });
  }

  /** The newest payments in either direction, newest first. */
  List<PaymentRecord> payments(int limit) {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          """
              select true, hash, coalesce(amount_msat, asked_msat), coalesce(fee_msat, 0), preimage is not null, reason, released,
                  started_at from lnd_payment
                union all select false, hash, amount_msat, 0, true, null, false, changed_at from lnd_invoice
                  where state = 'collected'
                order by 8 desc limit ?""")) {
        select.setInt(1, limit);
        return records(select);
      }
    });
  }

  private static List<PaymentRecord> records(PreparedStatement select) throws SQLException {
    List<PaymentRecord> records = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Optional<String> reason = Optional.ofNullable(row.getString(6));
        PaymentRecord.State ended = row.getBoolean(7) ? PaymentRecord.State.GIVEN_BACK : PaymentRecord.State.FAILED;
        PaymentRecord.State open = reason.isPresent() ? ended : PaymentRecord.State.PENDING;
        records.add(new PaymentRecord(
            row.getBoolean(1) ? PaymentRecord.Direction.SENT : PaymentRecord.Direction.RECEIVED,
            row.getBoolean(5) ? PaymentRecord.State.DONE : open, Optional.of(new PaymentHash(row.getBytes(2))),
            Optional.of(new Msat(row.getLong(3))), new Msat(row.getLong(4)), row.getTimestamp(8).toInstant(), reason));
      }
    }
    return records;
  }
}
