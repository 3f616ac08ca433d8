package klatch.regtest.chain;

import fr.acinq.bitcoin.OutPoint;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import fr.acinq.bitcoin.TxOut;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import klatch.regtest.chain.TxRefused.Kind;

/** The rules that every transaction of a block must meet, scripts aside ({@link Scripts}). Pure. */
final class ConsensusRules {
  static final long MAX_SAT = 21_000_000L * 100_000_000L;
  static final int MAX_BLOCK_WEIGHT = 4_000_000;

  /** Blocks that must lie on top of a coinbase before it can be spent. */
  static final int COINBASE_MATURITY = 100;

  private static final int WITNESS_SCALE = 4;

  /** Below this a lock time is a height, from here on a time (consensus). */
  private static final long LOCKTIME_THRESHOLD = 500_000_000L;

  private static final long SEQUENCE_FINAL = 0xffffffffL;
  private static final long SEQUENCE_DISABLED = 1L << 31;
  private static final long SEQUENCE_IS_TIME = 1L << 22;
  private static final long SEQUENCE_MASK = 0xffffL;

  /** BIP 68 counts time in units of 512 s. */
  private static final int SEQUENCE_TIME_SHIFT = 9;

  private ConsensusRules() {}

  /** What a transaction must be by itself, wherever it stands. */
  static void checkShape(Transaction tx) throws TxRefused {
    if (tx.txIn.isEmpty()) {
      throw TxRefused.rule("bad-txns-vin-empty");
    }
    if (tx.txOut.isEmpty()) {
      throw TxRefused.rule("bad-txns-vout-empty");
    }
    if ((long) tx.baseSize() * WITNESS_SCALE > MAX_BLOCK_WEIGHT) {
      throw TxRefused.rule("bad-txns-oversize");
    }
    long total = 0;
    for (TxOut output : tx.txOut) {
      long sat = output.amount.toLong();
      if (sat < 0) {
        throw TxRefused.rule("bad-txns-vout-negative");
      }
      if (sat > MAX_SAT) {
        throw TxRefused.rule("bad-txns-vout-toolarge");
      }
      total += sat;
      if (total > MAX_SAT) {
        throw TxRefused.rule("bad-txns-txouttotal-toolarge");
      }
    }
    Set<OutPoint> seen = new HashSet<>();
    for (TxIn input : tx.txIn) {
      if (!seen.add(input.outPoint)) {
        throw TxRefused.rule("bad-txns-inputs-duplicate");
      }
    }
    if (!tx.isCoinbase() && tx.txIn.stream().anyMatch(input -> input.outPoint.isNull())) {
      throw TxRefused.rule("bad-txns-prevout-null");
    }
  }

  /** @return whether the lock time lets it into a block at this height whose parent has this median time */
  static boolean isFinal(Transaction tx, int height, long parentMedianTime) {
    if (tx.lockTime == 0) {
      return true;
    }
    long limit = tx.lockTime < LOCKTIME_THRESHOLD ? height : parentMedianTime;
    return tx.lockTime < limit || tx.txIn.stream().allMatch(input -> input.sequence == SEQUENCE_FINAL);
  }

  /** Whether the relative locks (BIP 68) are over on top of the tip; the coins are the inputs', in order. */
  static boolean sequenceLocksOver(Transaction tx, List<Coin> coins, BlockNode tip) {
    if ((int) tx.version >= 0 && tx.version < 2) {
      return true;
    }
    long minHeight = -1;
    long minTime = -1;
    for (int i = 0; i < coins.size(); i++) {
      long sequence = tx.txIn.get(i).sequence;
      if ((sequence & SEQUENCE_DISABLED) != 0) {
        continue;
      }
      int height = coins.get(i).height();
      long count = sequence & SEQUENCE_MASK;
      if ((sequence & SEQUENCE_IS_TIME) != 0) {
        long since = tip.ancestor(Math.clamp(height - 1L, 0, tip.height)).medianTimePast;
        minTime = Math.max(minTime, since + (count << SEQUENCE_TIME_SHIFT) - 1);
      } else {
        minHeight = Math.max(minHeight, height + count - 1);
      }
    }
    return minHeight < tip.height + 1L && minTime < tip.medianTimePast;
  }

  /** @return the inputs' coins, in order */
  static List<Coin> inputs(Transaction tx, CoinView view) throws TxRefused {
    List<Coin> coins = new ArrayList<>(tx.txIn.size());
    for (TxIn input : tx.txIn) {
      Coin coin = view.coin(input.outPoint);
      if (coin == null) {
        throw new TxRefused(Kind.MISSING_INPUTS, "bad-txns-inputs-missingorspent", "");
      }
      coins.add(coin);
    }
    return coins;
  }

  /** Checks maturity and amounts, and returns the fee in sat. */
  static long checkAmounts(Transaction tx, List<Coin> coins, int spendHeight) throws TxRefused {
    long in = 0;
    for (Coin coin : coins) {
      if (coin.coinbase() && spendHeight - coin.height() < COINBASE_MATURITY) {
        throw TxRefused.rule("bad-txns-premature-spend-of-coinbase",
            "tried to spend coinbase at depth " + (spendHeight - coin.height()));
      }
      in += coin.sat();
      if (in > MAX_SAT) {
        throw TxRefused.rule("bad-txns-inputvalues-outofrange");
      }
    }
    long out = tx.txOut.stream().mapToLong(output -> output.amount.toLong()).sum();
    if (in < out) {
      throw TxRefused.rule("bad-txns-in-belowout",
          "value in (" + Amounts.money(in) + ") < value out (" + Amounts.money(out) + ")");
    }
    return in - out;
  }

  /** Runs every input's script by the rules of a block. */
  static void checkScripts(Transaction tx, List<Coin> coins) throws TxRefused {
    for (int i : IntStream.range(0, coins.size()).toArray()) {
      var error = Scripts.failure(tx, i, coins, Scripts.CONSENSUS_FLAGS);
      if (error.isPresent()) {
        throw TxRefused.rule("mandatory-script-verify-flag-failed (" + error.get() + ")", Scripts.where(tx, i));
      }
    }
  }
}
