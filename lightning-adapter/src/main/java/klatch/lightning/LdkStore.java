package klatch.lightning;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import klatch.commitments.LightningException;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.commitments.journal.MoneyTables;

/** The adapter's tables in the money schema. Writing happens on the group commit's connection alone. */
final class LdkStore {
  private final DataSource money;

  LdkStore(DataSource money) {
    this.money = money;
  }

  /** Brings the adapter's tables into the schema that the connections of this source are set to. */
  static void migrate(DataSource money) {
    MoneyTables.migrate(LdkStore.class.getClassLoader(), "klatch/lightning/db", "ldk_history", money);
  }

  Map<String, byte[]> state() {
    return MoneyQuery.read(money, connection -> {
      Map<String, byte[]> state = new HashMap<>();
      try (PreparedStatement select = connection.prepareStatement("select key, value, sum from ldk_state");
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          String key = rows.getString(1);
          byte[] value = rows.getBytes(2);
          byte[] sum = rows.getBytes(3);
          // Rows of an earlier version have none yet.
          if (sum != null && !MessageDigest.isEqual(sum, sum(key, value))) {
            throw new LightningException("the stored " + key + " is not what was stored", false);
          }
          state.put(key, value);
        }
      }
      return state;
    });
  }

  static void write(Connection connection, LdkCut cut) throws SQLException {
    try (
        PreparedStatement put = connection.prepareStatement(
            """
                insert into ldk_state (key, value, sum) values (?, ?, ?)
                on conflict (key) do update set value = excluded.value, sum = excluded.sum""");
        PreparedStatement delete = connection.prepareStatement("delete from ldk_state where key = ?")) {
      boolean puts = false;
      boolean deletes = false;
      for (LdkCut.Change change : cut.changes()) {
        if (change.value().isPresent()) {
          put.setString(1, change.key());
          put.setBytes(2, change.value().get());
          put.setBytes(3, sum(change.key(), change.value().get()));
          put.addBatch();
          puts = true;
        } else {
          delete.setString(1, change.key());
          delete.addBatch();
          deletes = true;
        }
      }
      if (puts) {
        put.executeBatch();
      }
      if (deletes) {
        delete.executeBatch();
      }
    }
  }

  private static byte[] sum(String key, byte[] value) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key.getBytes(StandardCharsets.UTF_8));
      return sha256.digest(value);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether a node has ever stored anything here. */
  boolean used() {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          "select exists (select from ldk_state) or exists (select from onchain_block)");
          ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    });
  }

  /** Where peers were found that the node dialled: node id and {@code host:port}. */
  Map<String, String> addresses() {
    return texts("select substr(key, 6), convert_from(value, 'UTF8') from ldk_state where key like 'peer/%'");
  }

  /** Whom a restored node asks to close its channels. */
  List<WalletBackup.Peer> restoredPeers() {
    return texts("select node_id, address from restored_peer").entrySet().stream()
        .map(peer -> new WalletBackup.Peer(peer.getKey(), peer.getValue())).toList();
  }

  private Map<String, String> texts(String sql) {
    return MoneyQuery.read(money, connection -> {
      Map<String, String> texts = new HashMap<>();
      try (PreparedStatement select = connection.prepareStatement(sql); ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          texts.put(rows.getString(1), rows.getString(2));
        }
      }
      return texts;
    });
  }

  void restoredPeer(WalletBackup.Peer peer) {
    MoneyQuery.read(money, connection -> {
      try (PreparedStatement insert = connection.prepareStatement(
          "insert into restored_peer (node_id, address) values (?, ?) on conflict (node_id) do nothing")) {
        insert.setString(1, peer.nodeId());
        insert.setString(2, peer.address());
        return insert.executeUpdate();
      }
    });
  }

  /** Remembers that a payment of this invoice is under way. */
  static void started(Connection connection, PaymentId id, Invoice invoice) throws SQLException {
    try (PreparedStatement insert = connection
        .prepareStatement(
            "insert into ldk_payment (id, hash, asked_msat) values (?, ?, ?) on conflict (id) do nothing")) {
      insert.setBytes(1, id.bytes());
      insert.setBytes(2, invoice.hash().bytes());
      insert.setObject(3, invoice.amount().map(Msat::value).orElse(null));
      insert.executeUpdate();
    }
  }

  /** Whether a payment on this hash, under whatever id, has arrived. */
  static boolean paid(Connection connection, PaymentHash hash) throws SQLException {
    try (PreparedStatement select = connection
        .prepareStatement("select 1 from ldk_payment where hash = ? and preimage is not null")) {
      select.setBytes(1, hash.bytes());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /** Remembers a payment that this node took. */
  static void received(Connection connection, PaymentHash hash, Msat amount) throws SQLException {
    try (PreparedStatement insert = connection
        .prepareStatement("insert into ldk_received (hash, amount_msat) values (?, ?) on conflict (hash) do nothing")) {
      insert.setBytes(1, hash.bytes());
      insert.setLong(2, amount.value());
      insert.executeUpdate();
    }
  }

  /** The newest payments in either direction, newest first. */
  List<PaymentRecord> payments(int limit) {
    return MoneyQuery.read(money, connection -> {
      List<PaymentRecord> payments = new ArrayList<>();
      try (PreparedStatement select = connection.prepareStatement(
          """
              select true, hash, coalesce(amount_msat, asked_msat), fee_msat, preimage is not null, reason, released, started_at
                from ldk_payment
              union all select false, hash, amount_msat, 0, true, null, false, received_at from ldk_received
              order by 8 desc limit ?""")) {
        select.setInt(1, limit);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            payments.add(record(row));
          }
        }
      }
      return payments;
    });
  }

  private static PaymentRecord record(ResultSet row) throws SQLException {
    Optional<String> reason = Optional.ofNullable(row.getString(6));
    PaymentRecord.State ended = row.getBoolean(7) ? PaymentRecord.State.GIVEN_BACK : PaymentRecord.State.FAILED;
    PaymentRecord.State state = row.getBoolean(5)
        ? PaymentRecord.State.DONE
        : reason.isPresent() ? ended : PaymentRecord.State.PENDING;
    return new PaymentRecord(
        row.getBoolean(1) ? PaymentRecord.Direction.SENT : PaymentRecord.Direction.RECEIVED, state,
        Optional.ofNullable(row.getBytes(2)).map(PaymentHash::new),
        Optional.ofNullable(row.getObject(3, Long.class)).map(Msat::new), new Msat(row.getLong(4)),
        row.getTimestamp(8).toInstant(), reason);
  }

  /** Remembers how a payment ended; an end that is known already stays. */
  static void ended(Connection connection, Payment payment) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("""
        insert into ldk_payment (id, preimage, amount_msat, fee_msat, reason, released) values (?, ?, ?, ?, ?, ?)
        on conflict (id) do update set preimage = excluded.preimage, amount_msat = excluded.amount_msat,
          fee_msat = excluded.fee_msat, reason = excluded.reason, released = excluded.released
        where ldk_payment.preimage is null and ldk_payment.reason is null""")) {
      insert.setBytes(1, payment.id().bytes());
      switch (payment) {
        case Payment.Sent sent -> {
          insert.setBytes(2, sent.preimage().bytes());
          insert.setLong(3, sent.amount().value());
          insert.setLong(4, sent.fee().value());
          insert.setString(5, null);
          insert.setBoolean(6, false);
        }
        case Payment.Failed failed -> {
          insert.setBytes(2, null);
          insert.setObject(3, null);
          insert.setObject(4, null);
          insert.setString(5, failed.reason());
          insert.setBoolean(6, failed.released());
        }
        case Payment.Pending pending -> throw new IllegalArgumentException(pending + " has not ended");
      }
      insert.executeUpdate();
    }
  }

  Optional<Payment> payment(PaymentId id) {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          "select preimage, amount_msat, fee_msat, reason, released from ldk_payment where id = ?")) {
        select.setBytes(1, id.bytes());
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            return Optional.<Payment>empty();
          }
          byte[] preimage = row.getBytes(1);
          String reason = row.getString(4);
          if (preimage != null) {
            return Optional
                .of(new Payment.Sent(id, new Preimage(preimage), new Msat(row.getLong(2)), new Msat(row.getLong(3))));
          }
          return Optional.of(reason == null
              ? new Payment.Pending(id)
              : new Payment.Failed(id, reason, row.getBoolean(5)));
        }
      }
    });
  }

  /** Remembers a purchase before its invoice is known to anybody. */
  static void bought(Connection connection, String peer, ChannelPurchase purchase) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(
        "insert into channel_purchase (hash, peer, payment_msat, fee_msat, until_second) values (?, ?, ?, ?, ?)")) {
      insert.setBytes(1, purchase.invoice().hash().bytes());
      insert.setString(2, peer);
      insert.setLong(3, purchase.price().payment().value());
      insert.setLong(4, purchase.price().fee().value());
      insert.setLong(5, purchase.price().until().getEpochSecond());
      insert.executeUpdate();
    }
  }

  /** From whom a purchase that stood after {@code since} waits for its payment. */
  Set<String> awaited(Instant since) {
    return MoneyQuery.read(money, connection -> {
      Set<String> peers = new HashSet<>();
      try (PreparedStatement select = connection.prepareStatement("""
          select distinct peer from channel_purchase bought where until_second > ?
            and not exists (select from ldk_received where hash = bought.hash)""")) {
        select.setLong(1, since.getEpochSecond());
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            peers.add(rows.getString(1));
          }
        }
      }
      return peers;
    });
  }

  /** What was agreed on for a payment; its promise of blocks is not kept. */
  Optional<ChannelPrice> purchase(PaymentHash hash) {
    return MoneyQuery.read(money, connection -> {
      try (PreparedStatement select = connection.prepareStatement(
          "select payment_msat, fee_msat, until_second from channel_purchase where hash = ?")) {
        select.setBytes(1, hash.bytes());
        try (ResultSet row = select.executeQuery()) {
          return row.next()
              ? Optional.of(new ChannelPrice(new Msat(row.getLong(1)), new Msat(row.getLong(2)),
                  Instant.ofEpochSecond(row.getLong(3)), 0))
              : Optional.<ChannelPrice>empty();
        }
      }
    });
  }

  static void held(Connection connection, PaymentHash hash, Msat amount) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("""
        insert into ldk_held (hash, amount_msat) values (?, ?)
        on conflict (hash) do update set amount_msat = excluded.amount_msat""")) {
      insert.setBytes(1, hash.bytes());
      insert.setLong(2, amount.value());
      insert.executeUpdate();
    }
  }

  static void notHeld(Connection connection, PaymentHash hash) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("delete from ldk_held where hash = ?")) {
      delete.setBytes(1, hash.bytes());
      delete.executeUpdate();
    }
  }

  /**
   * Forgets whole payments whose HTLCs the node has no longer.
   *
   * @param there the hashes of those that it has
   */
  void keepHeld(Set<PaymentHash> there) {
    MoneyQuery.read(money, connection -> {
      for (PaymentHash hash : held().keySet()) {
        if (!there.contains(hash)) {
          notHeld(connection, hash);
        }
      }
      return there;
    });
  }

  Map<PaymentHash, Msat> held() {
    return MoneyQuery.read(money, connection -> {
      Map<PaymentHash, Msat> held = new HashMap<>();
      try (PreparedStatement select = connection.prepareStatement("select hash, amount_msat from ldk_held");
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          held.put(new PaymentHash(rows.getBytes(1)), new Msat(rows.getLong(2)));
        }
      }
      return held;
    });
  }
}
