package klatch.lightning;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import klatch.commitments.LightningException;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutPoint;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.script.Script;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's own bitcoin on the chain: gives addresses, finds its coins by reading blocks, pays for channels.
 *
 * <p>Native segwit only (BIP 84 paths from the node's seed). It reads blocks when it is asked something, never by
 * itself. Thread-safe; one call at a time.
 */
public final class OnchainWallet {
  private static final Logger LOG = LoggerFactory.getLogger(OnchainWallet.class);
  /** A coinbase may be spent in the 100th block after it (consensus). */
  private static final int COINBASE_MATURITY = 100;
  /** Below this an output costs more than it is worth, and is not relayed. */
  private static final long DUST_SAT = 330;
  /** No reorganisation is that deep: then a spend need not be sent again. */
  private static final int BURIED_BLOCKS = 12;
  private static final int FUNDING_TARGET_BLOCKS = 3;
  /** Where the chain cannot estimate: twice what any node relays. */
  private static final long FALLBACK_FEE_SAT_PER_VBYTE = 2;
  /** A fee beyond this is a broken estimate, not a price. */
  private static final long MAX_FEE_SAT_PER_VBYTE = 500;
  /** For a guess at a fee. */
  private static final int USUAL_INPUTS = 3;
  private static final int BASE_VBYTES = 11;
  private static final int INPUT_VBYTES = 68;
  private static final int OUTPUT_VBYTES = 43;

  private final WalletKeys keys;
  private final BitcoinRpc chain;
  private final WalletStore store;
  private final Network network;
  private final FeeCoins fees;
  private volatile IntSupplier anchorChannels = () -> 0;

  OnchainWallet(Network network, Seed seed, BitcoinRpc chain, WalletStore store) {
    this.network = network;
    this.keys = new WalletKeys(network, seed);
    this.chain = chain;
    this.store = store;
    this.fees = new FeeCoins(keys, store);
    keys.watchReceiving(store.nextAddress());
    if (store.restored()) {
      keys.watchClosed();
    }
  }

  /** Makes a new wallet look for what a lost one had: from this block on, and what peers leave it when they close. */
  synchronized void restore(int nextAddress, int birthHeight) {
    store.restore(nextAddress, birthHeight);
    keys.watchReceiving(store.nextAddress());
    keys.watchClosed();
  }

  /** What a backup wants to know: the next address, and the first block that can hold coins. */
  WalletBackup.Coins backup() {
    return new WalletBackup.Coins(store.nextAddress(), store.birthHeight().orElse(0));
  }

  /**
   * After a start: sends again what may be sent, and decides about what was prepared. A funding transaction whose channel
   * the node has kept was signed for by the peer; any other was never seen by anybody.
   *
   * @param funded ids of the transactions that the node's channels stand on
   */
  void resume(Set<String> funded) {
    for (WalletStore.Spend spend : store.spends()) {
      if (!spend.mayBeSent() && funded.contains(spend.txid())) {
        store.spend(new WalletStore.Spend(spend.txid(), spend.hex(), true));
      } else if (!spend.mayBeSent()) {
        store.forgetSpend(spend.txid());
      }
    }
    try {
      follow();
      sendAgain();
    } catch (ChainException e) {
      LOG.warn("what the wallet has sent before is sent again with the next block: {}", e.getMessage());
    }
  }

  /** Hands every transaction that is in no block yet to the network again. */
  private void sendAgain() {
    Map<WalletStore.Outpoint, WalletStore.OwnCoin> coins = coins();
    for (WalletStore.Spend spend : store.spends()) {
      if (spend.mayBeSent() && inputs(spend).stream().anyMatch(input -> !buried(coins.get(input), Integer.MAX_VALUE))) {
        try {
          chain.broadcast(spend.transaction());
        } catch (ChainException e) {
          if (!e.refused()) {
            throw e;
          }
          LOG.warn("{} is not taken again, and stays on the list: {}", spend.txid(), e.getMessage());
        }
      }
    }
  }

  /** The coins in transactions that are in no block yet; those in a block deep enough are forgotten here. */
  private Set<WalletStore.Outpoint> promised(int height) {
    Map<WalletStore.Outpoint, WalletStore.OwnCoin> coins = coins();
    Set<WalletStore.Outpoint> promised = new HashSet<>();
    for (WalletStore.Spend spend : store.spends()) {
      List<WalletStore.Outpoint> inputs = inputs(spend);
      promised.addAll(inputs);
      if (inputs.stream().allMatch(input -> buried(coins.get(input), height))) {
        store.forgetSpend(spend.txid());
      }
    }
    return promised;
  }

  private Map<WalletStore.Outpoint, WalletStore.OwnCoin> coins() {
    return store.coins().stream().collect(Collectors.toMap(WalletStore.OwnCoin::outpoint, coin -> coin));
  }

  private static List<WalletStore.Outpoint> inputs(WalletStore.Spend spend) {
    return Transaction.read(ByteBuffer.wrap(spend.transaction())).getInputs().stream()
        .map(input -> FeeCoins.outpoint(input.getOutpoint())).toList();
  }

  private static boolean buried(WalletStore.@Nullable OwnCoin coin, int height) {
    return coin != null && coin.spentHeight().filter(spent -> height - spent >= BURIED_BLOCKS).isPresent();
  }

  /** A fresh bech32 address that nobody has been given. */
  public synchronized String newAddress() {
    int index = store.takeAddress();
    keys.watchReceiving(index + 1);
    return keys.address(index);
  }

  /** Where the node's closed channels pay to: an output script, always the same one. */
  byte[] sweepScript() {
    return keys.sweepScript();
  }

  /** Confirmed and spendable now. */
  public synchronized long balanceSat() {
    int height = follow();
    return spendable(height).stream().mapToLong(WalletStore.OwnCoin::valueSat).sum();
  }

  /** Confirmed: what is spendable now, and what waits to pay for a closing channel. */
  public synchronized long confirmedSat() {
    return reserve(follow()).confirmedSat();
  }

  /** Whoever pays from now on leaves the reserve of so many anchor channels in the wallet. */
  void keepFor(IntSupplier channels) {
    anchorChannels = channels;
  }

  /** What is kept for closing channels, and what there is. */
  synchronized AnchorReserve reserve() {
    return reserve(follow());
  }

  /** As {@link #reserve()}, by the blocks read so far: asks no chain. */
  synchronized AnchorReserve lastKnownReserve() {
    return reserve(store.blocks().keySet().stream().mapToInt(Integer::intValue).max().orElse(0));
  }

  private AnchorReserve reserve(int height) {
    return new AnchorReserve(anchorChannels.getAsInt(),
        confirmed(height).stream().mapToLong(WalletStore.OwnCoin::valueSat).sum());
  }

  /** Coins for the fee of a closing channel's transaction. */
  synchronized FeeCoins.Offer feeCoins(String claim) {
    int height = follow();
    return fees.offer(claim, height, confirmed(height));
  }

  /** Signs what the wallet gives to such a transaction. */
  synchronized byte[] signFee(String claim, byte[] unsigned) {
    int height = follow();
    return fees.sign(claim, height, unsigned, confirmed(height));
  }

  /** An output of a transaction to build. */
  record Payout(Script script, long valueSat) {}

  /**
   * Builds and signs one transaction with these outputs and, where it is worth it, one of change. Its coins are not
   * given out again, unless {@link #abandon} says it will not be sent.
   *
   * @param anchors how many anchor channels it pays for: their reserve is left over
   * @throws LightningException if the wallet has not enough; the message says how much it has and needs
   */
  byte[] pay(List<Payout> payouts, int anchors) {
    return pay(payouts, feeRate(), anchors);
  }

  /** Whether it could pay so much and keep the reserve of so many more anchor channels. */
  boolean affords(long sat, int outputs, int anchors) {
    AnchorReserve reserve = reserve();
    return reserve.confirmedSat() >= sat + fee(feeRate(), USUAL_INPUTS, outputs + 1) + reserve.neededSat()
        + anchors * AnchorReserve.SAT_PER_CHANNEL;
  }

  private synchronized byte[] pay(List<Payout> payouts, long feeRate, int anchors) {
    int height = follow();
    long kept = (anchorChannels.getAsInt() + anchors) * AnchorReserve.SAT_PER_CHANNEL;
    long wanted = kept + payouts.stream().mapToLong(Payout::valueSat).sum();
    List<WalletStore.OwnCoin> chosen = new ArrayList<>();
    long sum = 0;
    for (WalletStore.OwnCoin coin : spendable(height)) {
      chosen.add(coin);
      sum += coin.valueSat();
      if (sum >= wanted + fee(feeRate, chosen.size(), payouts.size() + 1)) {
        break;
      }
    }
    long fee = fee(feeRate, chosen.size(), payouts.size() + 1);
    if (sum < wanted + fee) {
      throw new LightningException(
          "the on-chain wallet has " + sum + " sat and needs " + (wanted + fee) + " sat (fee included"
              + (kept > 0 ? ", and " + kept + " sat that it keeps for closing anchor channels)" : ")"),
          true);
    }
    Transaction transaction = new Transaction();
    payouts.forEach(p -> transaction.addOutput(Coin.valueOf(p.valueSat()), p.script()));
    long change = sum - wanted - fee + kept;
    if (change >= DUST_SAT) {
      transaction.addOutput(Coin.valueOf(change), Script.parse(keys.changeScript()));
    }
    sign(transaction, chosen);
    byte[] bytes = transaction.serialize();
    store.spend(new WalletStore.Spend(transaction.getTxId().toString(), HexFormat.of().formatHex(bytes), false));
    return bytes;
  }

  /** Stores that a transaction of {@link #pay} may be sent, and sends it; again after every start until it is in a block. */
  void send(byte[] bytes) {
    store.spend(new WalletStore.Spend(txid(bytes), HexFormat.of().formatHex(bytes), true));
    chain.broadcast(bytes);
  }

  private static String txid(byte[] transaction) {
    return Transaction.read(ByteBuffer.wrap(transaction)).getTxId().toString();
  }

  /**
   * What a payment to an address became.
   *
   * @param txid as block explorers show it
   */
  public record Sent(String txid, long amountSat, long feeSat) {}

  /**
   * Pays an address and hands the transaction to the network.
   *
   * @param feeSatPerVbyte empty for the chain's own estimate
   * @throws IllegalArgumentException if the address is none of this network, or the amount or the fee rate makes no sense
   * @throws LightningException       if the wallet has not enough
   */
  public Sent send(String address, long amountSat, OptionalLong feeSatPerVbyte) {
    Script script = keys.scriptOf(address);
    if (amountSat < DUST_SAT) {
      throw new IllegalArgumentException("an output needs at least " + DUST_SAT + " sat, not " + amountSat);
    }
    long rate = feeSatPerVbyte.orElseGet(this::feeRate);
    if (rate < 1 || rate > MAX_FEE_SAT_PER_VBYTE) {
      throw new IllegalArgumentException(
          "the fee must lie in 1.." + MAX_FEE_SAT_PER_VBYTE + " sat per vbyte, not " + rate);
    }
    byte[] bytes = pay(List.of(new Payout(script, amountSat)), rate, 0);
    try {
      send(bytes);
    } catch (ChainException e) {
      if (e.refused()) {
        abandon(bytes);
        throw new LightningException("the chain did not take the payment: " + e.getMessage(), false, e);
      }
      // It may be on its way all the same: the same coins must not be spent twice.
      LOG.warn("{} is sent again when the chain answers: {}", txid(bytes), e.getMessage());
    }
    Transaction transaction = Transaction.read(ByteBuffer.wrap(bytes));
    return new Sent(transaction.getTxId().toString(), amountSat,
        inputs(transaction) - transaction.getOutputSum().value);
  }

  private long inputs(Transaction transaction) {
    Map<WalletStore.Outpoint, Long> values = store.coins().stream()
        .collect(Collectors.toMap(WalletStore.OwnCoin::outpoint, WalletStore.OwnCoin::valueSat));
    return transaction.getInputs().stream()
        .mapToLong(input -> values.getOrDefault(FeeCoins.outpoint(input.getOutpoint()), 0L))
        .sum();
  }

  /** Takes back the coins of a transaction that will not be sent. */
  synchronized void abandon(byte[] transaction) {
    store.forgetSpend(txid(transaction));
  }

  private void sign(Transaction transaction, List<WalletStore.OwnCoin> coins) {
    for (WalletStore.OwnCoin coin : coins) {
      TransactionOutPoint outpoint = new TransactionOutPoint(coin.outpoint().output(),
          Sha256Hash.wrap(coin.outpoint().txid()));
      transaction.addInput(new TransactionInput(transaction, new byte[0], outpoint, Coin.valueOf(coin.valueSat())));
    }
    for (int i = 0; i < coins.size(); i++) {
      FeeCoins.signInput(transaction, i, keys.key(coins.get(i).keyIndex()), coins.get(i).valueSat());
    }
  }

  /** The coins in blocks that no payment spends. */
  private List<WalletStore.OwnCoin> confirmed(int height) {
    Set<WalletStore.Outpoint> promised = promised(height);
    return store.coins().stream().filter(coin -> coin.spentHeight().isEmpty())
        .filter(coin -> !promised.contains(coin.outpoint()))
        .filter(coin -> !coin.coinbase() || height + 1 - coin.height() >= COINBASE_MATURITY)
        .sorted(Comparator.comparingLong(WalletStore.OwnCoin::valueSat).reversed()).toList();
  }

  /** Those of them that no closing channel uses for its fee. */
  private List<WalletStore.OwnCoin> spendable(int height) {
    Set<WalletStore.Outpoint> bound = fees.bound(height);
    return confirmed(height).stream().filter(coin -> !bound.contains(coin.outpoint())).toList();
  }

  private long feeRate() {
    if (network == Network.REGTEST) {
      return FALLBACK_FEE_SAT_PER_VBYTE;
    }
    long estimate = chain.feeSatPerVbyte(FUNDING_TARGET_BLOCKS).orElse(FALLBACK_FEE_SAT_PER_VBYTE);
    return Math.clamp(estimate, FALLBACK_FEE_SAT_PER_VBYTE, MAX_FEE_SAT_PER_VBYTE);
  }

  private static long fee(long feeRate, int inputs, int outputs) {
    return feeRate * (BASE_VBYTES + (long) INPUT_VBYTES * inputs + (long) OUTPUT_VBYTES * outputs);
  }

  /** Reads the blocks that it has not read, from the last one that is still in the chain. @return the tip's height */
  private synchronized int follow() {
    BitcoinRpc.Tip tip = chain.tip();
    Map<Integer, String> known = store.blocks();
    Optional<Integer> birth = store.birthHeight();
    if (known.isEmpty() && birth.isEmpty() && network != Network.REGTEST) {
      store.startAt(tip.height(), tip.hash());
      return tip.height();
    }
    List<BitcoinRpc.Header> fresh = new ArrayList<>();
    Optional<String> next = Optional.of(tip.hash());
    while (next.isPresent()) {
      BitcoinRpc.Header header = chain.header(next.get());
      if (header.hash().equals(known.get(header.height())) || header.height() < birth.orElse(0)) {
        break;
      }
      fresh.add(header);
      next = header.previous();
    }
    if (!fresh.isEmpty()) {
      store.apply(fresh.reversed().stream().map(this::read).toList());
      if (!known.isEmpty()) {
        sendAgain();
      }
    }
    return tip.height();
  }

  private WalletStore.ReadBlock read(BitcoinRpc.Header header) {
    List<WalletStore.OwnCoin> received = new ArrayList<>();
    List<WalletStore.Outpoint> spent = new ArrayList<>();
    for (Transaction transaction : Block.read(ByteBuffer.wrap(chain.block(header.hash()))).getTransactions()) {
      if (!transaction.isCoinBase()) {
        transaction.getInputs().forEach(input -> spent.add(FeeCoins.outpoint(input.getOutpoint())));
      }
      for (TransactionOutput output : transaction.getOutputs()) {
        keys.indexOf(output.getScriptBytes())
            .ifPresent(index -> received.add(new WalletStore.OwnCoin(
                new WalletStore.Outpoint(transaction.getTxId().toString(), output.getIndex()),
                output.getValue().getValue(), index, header.height(), transaction.isCoinBase(), Optional.empty())));
      }
    }
    return new WalletStore.ReadBlock(header.height(), header.hash(), received, spent);
  }
}
