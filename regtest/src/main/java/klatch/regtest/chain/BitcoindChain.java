package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import klatch.regtest.ChildProcess;

/** A regtest chain kept by a real bitcoind: a child process in a temporary folder, or one that somebody else has started. */
public final class BitcoindChain implements Chain {
  /** RPC_WALLET_INSUFFICIENT_FUNDS. */
  private static final int INSUFFICIENT_FUNDS = -6;

  /** The settings of regtest that the harness relies on, as lines of bitcoin.conf. */
  public static final List<String> CONFIGURATION = List.of("server=1", "listen=0", "txindex=1", "fallbackfee=0.00002",
      "addresstype=bech32", "changetype=bech32", "minrelaytxfee=0.00001", "incrementalrelayfee=0.00001",
      "dustrelayfee=0.00003");

  private static final String LOOPBACK = "127.0.0.1";
  private static final String USER = "klatch";
  private static final int PASSWORD_BYTES = 16;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final long POLL_NANOS = 20_000_000L;

  /** A free port may be taken by somebody else before bitcoind takes it. */
  private static final int START_TRIES = 3;

  private final Host host;
  private final RpcEndpoint endpoint;
  private final URI notices;
  private final RpcClient rpc;
  private final String address;
  private volatile Duration ahead = Duration.ZERO;

  /** What a bitcoind runs in. */
  public interface Host extends AutoCloseable {
    /** Its socket accepts from now on, and nobody answers. */
    void stall();

    void resume();

    /** Ends the bitcoind and deletes what it has written. */
    @Override
    void close();
  }

  private record Child(Path folder, ChildProcess process) implements Host {
    @Override
    public void stall() {
      process.signal("STOP");
    }

    @Override
    public void resume() {
      process.signal("CONT");
    }

    @Override
    public void close() {
      process.close();
      try {
        Folders.delete(folder);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot delete " + folder, e);
      }
    }
  }

  private BitcoindChain(Host host, RpcEndpoint endpoint, URI notices, RpcClient rpc) {
    this.host = host;
    this.endpoint = endpoint;
    this.notices = notices;
    this.rpc = rpc;
    rpc.call("createwallet", "faucet");
    this.address = rpc.call("getnewaddress").asText();
  }

  /**
   * Starts with as many blocks as the embedded chain.
   *
   * @throws UncheckedIOException if it does not come up; the message holds its last words
   */
  public static BitcoindChain start(BitcoindProgram program) {
    return startEmpty(program).withFirstBlocks();
  }

  /**
   * Takes a bitcoind over that somebody has started on an empty regtest, answers by now, and has what {@link #CONFIGURATION}
   * says: in a container, for one. It has as many blocks as the embedded chain then.
   *
   * @param notices where it publishes each new block's hash
   */
  public static BitcoindChain attached(Host host, RpcEndpoint endpoint, URI notices) {
    return new BitcoindChain(host, endpoint, notices, new RpcClient(endpoint)).withFirstBlocks();
  }

  private BitcoindChain withFirstBlocks() {
    try {
      mine(EmbeddedChain.FIRST_BLOCKS);
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts with the genesis block alone; fails as {@link #start} does. */
  public static BitcoindChain startEmpty(BitcoindProgram program) {
    try {
      for (int i = 1;; i++) {
        try {
          return startOnce(program);
        } catch (IOException e) {
          if (i == START_TRIES) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BitcoindChain startOnce(BitcoindProgram program) throws IOException {
    Path folder = Files.createTempDirectory("klatch-bitcoind");
    ChildProcess process = null;
    try {
      RpcEndpoint endpoint = new RpcEndpoint(LOOPBACK, freePort(), USER, password());
      URI notices = URI.create("tcp://" + LOOPBACK + ":" + freePort());
      Files.writeString(folder.resolve("bitcoin.conf"), config(endpoint, notices));
      Path output = folder.resolve("output.txt");
      process = ChildProcess.start(program.with(List.of("-datadir=" + folder)), output);
      RpcClient rpc = new RpcClient(endpoint);
      awaitUp(process, rpc, output);
      return new BitcoindChain(new Child(folder, process), endpoint, notices, rpc);
    } catch (IOException | RuntimeException e) {
      if (process != null) {
        process.close();
      }
      Folders.delete(folder);
      throw e;
    }
  }

  /** The password stands in a file of a folder that is ours alone, not on a command line that everybody can read. */
  private static String config(RpcEndpoint endpoint, URI notices) {
    return """
        regtest=1
        [regtest]
        %s
        rpcbind=%s
        rpcport=%d
        rpcuser=%s
        rpcpassword=%s
        zmqpubhashblock=%s
        """.formatted(String.join("\n", CONFIGURATION), endpoint.host(), endpoint.port(), endpoint.user(),
        endpoint.password(), notices);
  }

  private static void awaitUp(ChildProcess process, RpcClient rpc, Path output) throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (true) {
      try {
        rpc.call("getblockchaininfo");
        return;
      } catch (RpcException | UncheckedIOException e) {
        if (!process.alive() || System.nanoTime() > deadline) {
          List<String> lines = Files.readString(output).lines().toList();
          throw new IOException("bitcoind does not come up: " + (lines.isEmpty() ? e.getMessage() : lines.getLast()),
              e);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String password() {
    byte[] password = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(password);
    return HexFormat.of().formatHex(password);
  }

  @Override
  public String kind() {
    return "bitcoind";
  }

  /** Where it publishes each new block's hash, by ZeroMQ; nobody listens there if it was built without. */
  public URI notices() {
    return notices;
  }

  @Override
  public RpcEndpoint rpc() {
    return endpoint;
  }

  @Override
  public Tip tip() {
    JsonNode info = rpc.call("getblockchaininfo");
    return new Tip(info.path("blocks").asInt(), info.path("bestblockhash").asText());
  }

  @Override
  public List<String> mine(int blocks) {
    return mine(blocks, address);
  }

  private List<String> mine(int blocks, String to) {
    List<String> ids = new ArrayList<>();
    rpc.call("generatetoaddress", blocks, to).forEach(id -> ids.add(id.asText()));
    // The wallet follows the chain by a queue: what was mined is to be spendable when this returns.
    rpc.call("syncwithvalidationinterfacequeue");
    return ids;
  }

  @Override
  public String fund(List<Payout> payouts) {
    Map<String, String> amounts = new LinkedHashMap<>();
    payouts.forEach(payout -> amounts.put(payout.address(), Amounts.btc(payout.sat()).toPlainString()));
    if (amounts.size() < payouts.size()) {
      throw new IllegalArgumentException("an address is named twice");
    }
    try {
      return rpc.call("sendmany", "", amounts).asText();
    } catch (RpcException e) {
      if (e.code() == INSUFFICIENT_FUNDS) {
        throw new IllegalStateException("the faucet has too little that can be spent: mine more blocks", e);
      }
      if (e.code() == RpcException.NOT_FOUND) {
        throw new IllegalArgumentException("bad address: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  @Override
  public void stall() {
    host.stall();
  }

  @Override
  public void resume() {
    host.resume();
  }

  @Override
  public Instant clock() {
    return Instant.now().plus(ahead);
  }

  /** bitcoind's clock then stands still until it is moved again; its blocks are a second apart at least. */
  @Override
  public synchronized void advance(Duration by) {
    Chain.checkAdvance(by);
    ahead = ahead.plus(by);
    rpc.call("setmocktime", clock().getEpochSecond());
  }

  @Override
  public List<String> reorg(int depth) {
    int height = tip().height();
    if (depth < 1 || depth > height) {
      throw new IllegalArgumentException("depth must lie in 1.." + height + ", not " + depth);
    }
    rpc.call("invalidateblock", rpc.call("getblockhash", height - depth + 1).asText());
    // To another address, or a new block could be the very one that has just been marked invalid.
    return mine(depth + 1, rpc.call("getnewaddress").asText());
  }

  @Override
  public void close() {
    rpc.close();
    host.close();
  }
}
