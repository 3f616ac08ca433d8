package klatch.regtest.chain;

import fr.acinq.bitcoin.Bitcoin;
import fr.acinq.bitcoin.Block;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A regtest chain that the caller drives: nothing is mined unless asked for. Speaks bitcoind's JSON-RPC at {@link #rpc}.
 * Thread-safe; every method blocks until the chain has done it.
 */
public interface Chain extends AutoCloseable {
  /** "embedded" or "bitcoind". */
  String kind();

  RpcEndpoint rpc();

  Tip tip();

  /** Mines this many blocks with all that waits in the mempool, and returns their ids, oldest first. */
  List<String> mine(int blocks);

  /**
   * Sends coins of the chain's own faucet to all the addresses by one transaction. It waits in the mempool: mine to
   * confirm it.
   *
   * @return the transaction's id, 64 hex digits
   * @throws IllegalStateException    if the faucet has too little that can be spent: more blocks must be mined
   * @throws IllegalArgumentException if an address is none of regtest
   */
  String fund(List<Payout> payouts);

  default String fund(String address, long sat) {
    return fund(List.of(new Payout(address, sat)));
  }

  /** From now on every RPC call hangs, also those that come later, until {@link #resume}. */
  void stall();

  void resume();

  /**
   * Replaces the last {@code depth} blocks by {@code depth + 1} new ones. What the old ones had confirmed goes back to
   * the mempool and is confirmed again by the first of the new.
   *
   * @return the ids of the new blocks, oldest first
   */
  List<String> reorg(int depth);

  /** What time it is on the chain: blocks are dated so, unless their parents want a later date. */
  Instant clock();

  /**
   * Moves the chain's clock ahead; it never goes back. Rules about time (locktimes, relative locks of seconds) go by the median
   * of the last eleven blocks, so they follow when six more blocks are mined.
   *
   * @throws IllegalArgumentException if this is less than nothing, or more than ten years
   */
  void advance(Duration by);

  @Override
  void close();

  /** The regtest address of an output script, for scripts that have one (P2PKH, P2SH, P2WPKH, P2WSH, P2TR). */
  static String address(byte[] publicKeyScript) {
    String address = Bitcoin.addressFromPublicKeyScript(Block.RegtestGenesisBlock.hash, publicKeyScript).getRight();
    if (address == null) {
      throw new IllegalArgumentException("a script of " + publicKeyScript.length + " bytes without an address");
    }
    return address;
  }

  /** How far {@link #advance} goes at once: block headers have 32 bits for their seconds. */
  Duration MOST_AHEAD = Duration.ofDays(3_650);

  /** Checks what {@link #advance} was given. */
  static void checkAdvance(Duration by) {
    if (by.isNegative() || by.compareTo(MOST_AHEAD) > 0) {
      throw new IllegalArgumentException("a chain's clock moves by 0.." + MOST_AHEAD.toDays() + " days, not by " + by);
    }
  }

  /** @param id 64 hex digits */
  record Tip(int height, String id) {}

  record Payout(String address, long sat) {
    public Payout {
      if (sat <= 0) {
        throw new IllegalArgumentException("a payout must be positive, not " + sat + " sat");
      }
    }
  }
}
