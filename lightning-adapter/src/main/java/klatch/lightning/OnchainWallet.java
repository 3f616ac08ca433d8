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
import java.util.stream.Collectors;
import klatch.commitments.LightningException;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.AddressParser;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.base.exceptions.AddressFormatException;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutPoint;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.crypto.TransactionSignature;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptBuilder;
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
  private static final int BASE_VBYTES = 11;
  private static final int INPUT_VBYTES = 68;
  private static final int OUTPUT_VBYTES = 43;

  private final WalletKeys keys;
  private final BitcoinRpc chain;
  private final WalletStore store;
  private final Network network;

  OnchainWallet(Network network, Seed seed, BitcoinRpc chain, WalletStore store) {
    this.network = network;
    this.keys = new WalletKeys(network, seed);
    this.chain = chain;
    this.store = store;
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
        .map(input -> outpoint(input.getOutpoint())).toList();
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

  /** An output of a transaction to build. */
  record Payout(Script script, long valueSat) {}

  /**
   * Builds and signs one transaction with these outputs and, where it is worth it, one of change. Its coins are not
   * given out again, unless {@link #abandon} says it will not be sent.
   *
   * @throws LightningException if the wallet has not enough; the message says how much it has and needs
   */
  byte[] pay(List<Payout> payouts) {
    return pay(payouts, feeRate());
  }

  private synchronized byte[] pay(List<Payout> payouts, long feeRate) {
    int height = follow();
    long wanted = payouts.stream().mapToLong(Payout::valueSat).sum();
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
          "the on-chain wallet has " + sum + " sat and needs " + (wanted + fee) + " sat (fee included)", true);
    }
    Transaction transaction = new Transaction();
    payouts.forEach(p -> transaction.addOutput(Coin.valueOf(p.valueSat()), p.script()));
    long change = sum - wanted - fee;
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
    Script script = script(address);
    if (amountSat < DUST_SAT) {
      throw new IllegalArgumentException("an output needs at least " + DUST_SAT + " sat, not " + amountSat);
    }
    long rate = feeSatPerVbyte.orElseGet(this::feeRate);
    if (rate < 1 || rate > MAX_FEE_SAT_PER_VBYTE) {
      throw new IllegalArgumentException(
          "the fee must lie in 1.." + MAX_FEE_SAT_PER_VBYTE + " sat per vbyte, not " + rate);
    }
    byte[] bytes = pay(List.of(new Payout(script, amountSat)), rate);
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

  private Script script(String address) {
    try {
      Address parsed = AddressParser.getDefault(network.bitcoinj()).parseAddress(address);
      if (parsed.network() != network.bitcoinj()) {
        throw new IllegalArgumentException(address + " is an address of " + parsed.network().id());
      }
      return ScriptBuilder.createOutputScript(parsed);
    } catch (AddressFormatException e) {
      throw new IllegalArgumentException("not an address of " + network.label() + ": " + address, e);
    }
  }

  private long inputs(Transaction transaction) {
    Map<WalletStore.Outpoint, Long> values = store.coins().stream()
        .collect(Collectors.toMap(WalletStore.OwnCoin::outpoint, WalletStore.OwnCoin::valueSat));
    return transaction.getInputs().stream().mapToLong(input -> values.getOrDefault(outpoint(input.getOutpoint()), 0L))
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
      ECKey key = keys.key(coins.get(i).keyIndex());
      TransactionSignature signature = transaction.calculateWitnessSignature(i, key,
          ScriptBuilder.createP2PKHOutputScript(key),
          Coin.valueOf(coins.get(i).valueSat()), Transaction.SigHash.ALL, false);
      transaction.replaceInput(i,
          transaction.getInput(i).withWitness(TransactionWitness.redeemP2WPKH(signature, key)));
    }
  }

  private List<WalletStore.OwnCoin> spendable(int height) {
    Set<WalletStore.Outpoint> promised = promised(height);
    return store.coins().stream().filter(coin -> coin.spentHeight().isEmpty())
        .filter(coin -> !promised.contains(coin.outpoint()))
        .filter(coin -> !coin.coinbase() || height + 1 - coin.height() >= COINBASE_MATURITY)
        .sorted(Comparator.comparingLong(WalletStore.OwnCoin::valueSat).reversed()).toList();
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
        transaction.getInputs().forEach(input -> spent.add(outpoint(input.getOutpoint())));
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

  private static WalletStore.Outpoint outpoint(TransactionOutPoint outpoint) {
    return new WalletStore.Outpoint(outpoint.hash().toString(), (int) outpoint.index());
  }
}
