package klatch.regtest.chain;

import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A regtest chain within this JVM: blocks, scripts, coins and mempool by Bitcoin's rules, and the part of bitcoind's
 * JSON-RPC that Lightning nodes use (docs/spec/regtest-rpc.md). It has one peer, itself, and lives in memory alone.
 */
public final class EmbeddedChain implements Chain {
  /** So that ten coinbases can be spent from the start. */
  public static final int FIRST_BLOCKS = 110;

  private static final String USER = "klatch";
  private static final int PASSWORD_BYTES = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final MovedClock clock;
  private final Ledger ledger;
  private final Faucet faucet;
  private final RpcServer server;

  /** The source's time, and what was added to it. */
  private record MovedClock(InstantSource source, AtomicReference<Duration> ahead) implements InstantSource {
    @Override
    public Instant instant() {
      return source.instant().plus(ahead.get());
    }
  }

  private EmbeddedChain(InstantSource source) throws IOException {
    this.clock = new MovedClock(source, new AtomicReference<>(Duration.ZERO));
    this.ledger = new Ledger(clock);
    this.faucet = new Faucet(ledger);
    byte[] password = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(password);
    Map<String, RpcMethod> methods = new HashMap<>(new BlockRpc(ledger.tree()).methods());
    methods.putAll(new TransactionRpc(ledger).methods());
    methods.putAll(new ControlRpc(ledger, () -> Thread.ofVirtual().start(this::close)).methods());
    this.server = new RpcServer(methods, lock, USER, HexFormat.of().formatHex(password));
  }

  /** Starts with {@link #FIRST_BLOCKS} blocks; fails if no loopback port can be had. */
  public static EmbeddedChain start(InstantSource clock) {
    EmbeddedChain chain = startEmpty(clock);
    chain.mine(FIRST_BLOCKS);
    return chain;
  }

  /** Starts with the genesis block alone; fails if no loopback port can be had. */
  public static EmbeddedChain startEmpty(InstantSource clock) {
    try {
      return new EmbeddedChain(clock);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  @Override
  public String kind() {
    return "embedded";
  }

  @Override
  public RpcEndpoint rpc() {
    return server.endpoint();
  }

  @Override
  public Tip tip() {
    return locked(() -> new Tip(ledger.tree().tip().height, ledger.tree().tip().id().toString()));
  }

  @Override
  public List<String> mine(int blocks) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      ids.add(locked(() -> ledger.mine(faucet.script()).id().toString()));
    }
    return ids;
  }

  @Override
  public String fund(List<Payout> payouts) {
    return locked(() -> {
      try {
        return ledger.accept(faucet.pay(payouts)).txid().toString();
      } catch (TxRefused e) {
        if (e.reason().equals("too-long-mempool-chain")) {
          throw new IllegalStateException("all that the faucet has waits for a block: mine more blocks", e);
        }
        throw new IllegalArgumentException("the faucet's payment was refused: " + e.text(), e);
      }
    });
  }

  @Override
  public void stall() {
    server.gate().shut(true);
  }

  @Override
  public void resume() {
    server.gate().shut(false);
  }

  @Override
  public List<String> reorg(int depth) {
    return locked(() -> {
      int height = ledger.tree().tip().height;
      if (depth < 1 || depth > height) {
        throw new IllegalArgumentException("depth must lie in 1.." + height + ", not " + depth);
      }
      ledger.invalidate(ledger.tree().tip().ancestor(height - depth + 1));
      return mine(depth + 1);
    });
  }

  @Override
  public Instant clock() {
    return clock.instant();
  }

  @Override
  public void advance(Duration by) {
    Chain.checkAdvance(by);
    clock.ahead().updateAndGet(ahead -> ahead.plus(by));
  }

  /** Mines one block with nothing in it, as when others pay more. */
  public String mineEmpty() {
    return locked(() -> {
      try {
        return ledger.mine(faucet.script(), List.of()).id().toString();
      } catch (TxRefused e) {
        throw new IllegalStateException("an empty block always fits: " + e.text(), e);
      }
    });
  }

  /** How many transactions wait that pay at least this rate, their waiting parents counted with them. */
  public int paying(long satPerVbyte) {
    return locked(() -> ledger.paying(satPerVbyte).size());
  }

  /** Mines one block with what {@link #paying pays} at least this rate, as where others pay as much. */
  public String mineAtLeast(long satPerVbyte) {
    return locked(() -> {
      try {
        return ledger.mine(faucet.script(), ledger.paying(satPerVbyte).stream().map(Mempool.Entry::tx).toList()).id()
            .toString();
      } catch (TxRefused e) {
        throw new IllegalStateException("the mempool held what no block can hold: " + e.text(), e);
      }
    });
  }

  /** Forgets what waits for a block, as a bitcoind does that was away for long, or has too little room. */
  public void forgetMempool() {
    locked(() -> {
      ledger.mempool().clear();
      return true;
    });
  }

  /** From now on fee estimates say this; 0 for no estimate, as at the start. */
  public void estimate(long satPerVbyte) {
    locked(() -> {
      ledger.estimateSatPerVbyte(satPerVbyte);
      return true;
    });
  }

  /** How often fees have been asked for since {@link #estimate} last changed them. */
  public int estimatesAsked() {
    return locked(ledger::estimatesAsked);
  }

  /** How many transactions it refused because what they spend was never there, or is spent. */
  public int missingInputs() {
    return locked(ledger::missingInputs);
  }

  /** The transactions that wait for a block, oldest first. */
  public List<Waiting> waiting() {
    return locked(() -> ledger.mempool().entries().stream()
        .map(entry -> new Waiting(entry.txid().toString(), entry.fee(), entry.vsize())).toList());
  }

  /** @param txid 64 hex digits */
  public record Waiting(String txid, long feeSat, int vbytes) {}

  /** The serialised block, for handing it to another node. */
  public byte[] block(String id) {
    return locked(() -> {
      BlockNode node = ledger.tree().node(new BlockId(id));
      if (node == null) {
        throw new IllegalArgumentException("no block " + id);
      }
      return Block.write(node.block);
    });
  }

  @Override
  public void close() {
    server.close();
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
