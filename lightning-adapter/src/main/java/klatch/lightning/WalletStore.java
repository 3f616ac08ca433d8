package klatch.lightning;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import klatch.commitments.LightningException;

/** The on-chain wallet's tables. What they hold can be read again from the chain; they save doing so. */
final class WalletStore {
  /** Blocks whose hashes are kept to find the fork after a reorganisation: a day's worth. */
  private static final int KEPT_BLOCKS = 144;

  private final DataSource money;

  WalletStore(DataSource money) {
    this.money = money;
  }

  /** @param txid as block explorers show it */
  record Outpoint(String txid, int output) {}

  /** A coin of ours; {@code spentHeight} is empty while it is unspent. */
  record OwnCoin(Outpoint outpoint, long valueSat, int keyIndex, int height, boolean coinbase,
      Optional<Integer> spentHeight) {}

  /** What one block means to the wallet; {@code spent} holds strangers' coins too. */
  record ReadBlock(int height, String hash, List<OwnCoin> received, List<Outpoint> spent) {}

  /**
   * A transaction of ours of which not every coin is known to be spent in a block.
   *
   * @param hex       the transaction as it goes over the wire
   * @param mayBeSent false while it waits for the peers of the channels that it pays for
   */
  record Spend(String txid, String hex, boolean mayBeSent) {
    byte[] transaction() {
      return HexFormat.of().parseHex(hex);
    }
  }

  List<Spend> spends() {
    return transaction(connection -> {
      List<Spend> spends = new ArrayList<>();
      try (PreparedStatement select = connection
          .prepareStatement("select txid, transaction, may_be_sent from onchain_spend order by made_at");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          spends.add(
              new Spend(row.getString(1), HexFormat.of().formatHex(row.getBytes(2)), row.getBoolean(3)));
        }
      }
      return spends;
    });
  }

  /** Adds it, or lets one that was prepared be sent. */
  void spend(Spend spend) {
    transaction(connection -> {
      update(connection, """
          insert into onchain_spend (txid, transaction, may_be_sent) values (?, ?, ?)
          on conflict (txid) do update set may_be_sent = onchain_spend.may_be_sent or excluded.may_be_sent""",
          spend.txid(), spend.transaction(), spend.mayBeSent());
      return spend;
    });
  }

  void forgetSpend(String txid) {
    transaction(connection -> {
      update(connection, "delete from onchain_spend where txid = ?", txid);
      return txid;
    });
  }

  /** A coin that pays for a claim of a closing channel; {@code height} is when it last was signed for. */
  record Bump(Outpoint outpoint, String claim, int height) {}

  List<Bump> bumps() {
    return transaction(connection -> {
      List<Bump> bumps = new ArrayList<>();
      try (
          PreparedStatement select = connection
              .prepareStatement("select txid, output, claim, height from onchain_bump");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          bumps.add(new Bump(new Outpoint(row.getString(1), row.getInt(2)), row.getString(3), row.getInt(4)));
        }
      }
      return bumps;
    });
  }

  /** Binds coins to a claim, from whichever they belonged to before. */
  void bump(String claim, int height, List<Outpoint> outpoints) {
    transaction(connection -> {
      for (Outpoint outpoint : outpoints) {
        update(connection, """
            insert into onchain_bump (txid, output, claim, height) values (?, ?, ?, ?)
            on conflict (txid, output) do update set claim = excluded.claim, height = excluded.height""",
            outpoint.txid(), outpoint.output(), claim, height);
      }
      return claim;
    });
  }

  /** The first block that can hold coins of this wallet; empty for one that was made by an earlier version. */
  Optional<Integer> birthHeight() {
    int height = transaction(
        connection -> number(connection, "select coalesce(birth_height, -1) from onchain_address"));
    return height < 0 ? Optional.empty() : Optional.of(height);
  }

  boolean restored() {
    return transaction(connection -> number(connection, "select restored::int from onchain_address")) == 1;
  }

  /** Makes this new wallet one that was lost: what was given out before, and from which block on it is to be read. */
  void restore(int nextAddress, int birthHeight) {
    transaction(connection -> {
      update(connection, """
          update onchain_address set restored = true, next_index = greatest(next_index, ?), birth_height = ?""",
          nextAddress, birthHeight);
      return nextAddress;
    });
  }

  int nextAddress() {
    return transaction(connection -> number(connection, "select next_index from onchain_address"));
  }

  /** Gives out the next address index, once. */
  int takeAddress() {
    return transaction(connection -> number(connection,
        "update onchain_address set next_index = next_index + 1 returning next_index - 1"));
  }

  Map<Integer, String> blocks() {
    return transaction(connection -> {
      Map<Integer, String> blocks = new HashMap<>();
      try (PreparedStatement select = connection.prepareStatement("select height, hash from onchain_block");
          ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          blocks.put(rows.getInt(1), rows.getString(2));
        }
      }
      return blocks;
    });
  }

  List<OwnCoin> coins() {
    return transaction(connection -> {
      List<OwnCoin> coins = new ArrayList<>();
      try (PreparedStatement select = connection.prepareStatement(
          "select txid, output, value_sat, key_index, height, coinbase, spent_height from onchain_coin");
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          coins.add(new OwnCoin(new Outpoint(row.getString(1), row.getInt(2)), row.getLong(3), row.getInt(4),
              row.getInt(5), row.getBoolean(6), Optional.ofNullable(row.getObject(7, Integer.class))));
        }
      }
      return coins;
    });
  }

  /** A new wallet has nothing in older blocks. */
  void startAt(int height, String hash) {
    apply(List.of(new ReadBlock(height, hash, List.of(), List.of())));
    born(height);
  }

  void born(int height) {
    transaction(connection -> {
      update(connection, "update onchain_address set birth_height = ? where birth_height is null", height);
      return height;
    });
  }

  /** Takes blocks in, oldest first; what was read at the first one's height or above is undone before. */
  void apply(List<ReadBlock> blocks) {
    transaction(connection -> {
      int fork = blocks.getFirst().height();
      update(connection, "delete from onchain_block where height >= ?", fork);
      update(connection, "delete from onchain_coin where height >= ?", fork);
      update(connection, "update onchain_coin set spent_height = null where spent_height >= ?", fork);
      for (ReadBlock block : blocks) {
        take(connection, block);
      }
      update(connection, "delete from onchain_block where height <= ?", blocks.getLast().height() - KEPT_BLOCKS);
      update(connection, "delete from onchain_bump where height <= ?", blocks.getLast().height() - KEPT_BLOCKS);
      return blocks.size();
    });
  }

  private static void take(Connection connection, ReadBlock block) throws SQLException {
    for (OwnCoin coin : block.received()) {
      update(connection, """
          insert into onchain_coin (txid, output, value_sat, key_index, height, coinbase) values (?, ?, ?, ?, ?, ?)
          on conflict do nothing""", coin.outpoint().txid(), coin.outpoint().output(), coin.valueSat(),
          coin.keyIndex(), coin.height(), coin.coinbase());
    }
    try (PreparedStatement spend = connection.prepareStatement(
        "update onchain_coin set spent_height = ? where txid = ? and output = ? and spent_height is null")) {
      for (Outpoint outpoint : block.spent()) {
        spend.setInt(1, block.height());
        spend.setString(2, outpoint.txid());
        spend.setInt(3, outpoint.output());
        spend.addBatch();
      }
      if (!block.spent().isEmpty()) {
        spend.executeBatch();
      }
    }
    update(connection, "insert into onchain_block (height, hash) values (?, ?)", block.height(), block.hash());
  }

  private static void update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  private static int number(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql); ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  private interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private <T> T transaction(Work<T> work) {
    try (Connection connection = money.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(autoCommit);
      }
    } catch (SQLException e) {
      throw new LightningException("cannot use the wallet's tables: " + e.getMessage(), true, e);
    }
  }
}
