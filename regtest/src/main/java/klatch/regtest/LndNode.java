package klatch.regtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import klatch.lightning.Network;
import klatch.lightning.lnd.LndConfig;
import klatch.lightning.lnd.LndException;
import klatch.lightning.lnd.LndPermission;
import klatch.lightning.lnd.LndRest;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.Folders;
import klatch.regtest.chain.RpcEndpoint;

/**
 * A real LND on loopback, in a process and a temporary folder of its own, driven as its operator would: by its REST
 * interface and by {@code lncli}. It may be killed and started again; then it has the same identity, state and ports. Used by
 * one thread at a time.
 */
public final class LndNode implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  /** A free port may be taken by somebody else before LND takes it. */
  private static final int START_TRIES = 3;

  private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int LOWEST_PORT = 20_000;
  /** From here on Linux chooses itself, unless it is told otherwise. */
  private static final int SYSTEM_PORTS = 32_768;

  private final LndProgram program;
  private final String name;
  private final Path directory;
  private final Ports ports;
  private ChildProcess process;
  private final LndRest admin;
  private final String nodeId;

  private record Ports(int peers, int rest, int rpc) {}

  private LndNode(LndProgram program, String name, Path directory, Ports ports) throws IOException {
    this.program = program;
    this.name = name;
    this.directory = directory;
    this.ports = ports;
    this.process = launch();
    try {
      awaitFiles();
      this.admin = new LndRest(config(adminMacaroon()));
      this.nodeId = awaitInfo().path("identity_pubkey").asText();
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /**
   * Starts a new node and waits until it has caught up with the chain.
   *
   * @param chain LND needs more of a bitcoind than the embedded chain speaks
   */
  public static LndNode start(LndProgram program, BitcoindChain chain, String name) {
    for (int i = 1;; i++) {
      try {
        return startOnce(program, chain, name);
      } catch (IllegalStateException e) {
        if (i == START_TRIES) {
          throw e;
        }
      }
    }
  }

  private static LndNode startOnce(LndProgram program, BitcoindChain chain, String name) {
    try {
      Path directory = Files.createTempDirectory("klatch-lnd");
      try {
        Ports ports = new Ports(freePort(), freePort(), freePort());
        Files.writeString(directory.resolve("lnd.conf"), config(name, ports, chain.rpc()));
        return new LndNode(program, name, directory, ports);
      } catch (IOException | RuntimeException e) {
        Folders.delete(directory);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passwords stand in a file of a folder that is ours alone, not on a command line that everybody can read. */
  private static String config(String name, Ports ports, RpcEndpoint chain) {
    return """
        [Application Options]
        alias=%1$s
        noseedbackup=true
        nobootstrap=true
        listen=%2$s:%3$d
        externalip=%2$s:%3$d
        restlisten=%2$s:%4$d
        rpclisten=%2$s:%5$d
        trickledelay=50
        minbackoff=200ms
        maxbackoff=1s
        maxpendingchannels=100
        debuglevel=info
        [Bitcoin]
        bitcoin.regtest=true
        bitcoin.node=bitcoind
        bitcoin.defaultchanconfs=3
        [Bitcoind]
        bitcoind.rpchost=%6$s:%7$d
        bitcoind.rpcuser=%8$s
        bitcoind.rpcpass=%9$s
        bitcoind.rpcpolling=true
        bitcoind.blockpollinginterval=100ms
        bitcoind.txpollinginterval=100ms
        """.formatted(name, LOOPBACK, ports.peers(), ports.rest(), ports.rpc(), chain.host(), chain.port(),
        chain.user(),
        chain.password());
  }

  /** A port that was free a moment ago, below those that the system gives to whoever asks for any. */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, SYSTEM_PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Somebody has it; there are many more.
      }
    }
  }

  private ChildProcess launch() throws IOException {
    return ChildProcess.start(program.daemon(directory), directory.resolve("output.txt"));
  }

  private void awaitFiles() {
    Until.holds(() -> !process.alive() || (written(certificate()) && written(adminMacaroon())),
        START_PATIENCE, this::lastWords);
    if (!process.alive()) {
      throw new IllegalStateException(lastWords());
    }
  }

  /** A file is there a moment before what is in it. */
  private static boolean written(Path file) {
    try {
      return Files.size(file) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private JsonNode awaitInfo() {
    List<JsonNode> found = new ArrayList<>();
    Until.holds(() -> {
      if (!process.alive()) {
        throw new IllegalStateException(lastWords());
      }
      try {
        JsonNode info = admin.get("/v1/getinfo");
        found.add(info);
        return info.path("synced_to_chain").asBoolean();
      } catch (LndException e) {
        return false;
      }
    }, START_PATIENCE, this::lastWords);
    return found.getLast();
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readString(directory.resolve("output.txt")).lines().toList();
      return name + " does not come up: " + lines.subList(Math.max(0, lines.size() - 12), lines.size());
    } catch (IOException e) {
      return name + " does not come up, and said nothing";
    }
  }

  public String name() {
    return name;
  }

  /** 33 bytes as hex. */
  public String nodeId() {
    return nodeId;
  }

  public URI restAddress() {
    return URI.create("https://" + LOOPBACK + ":" + ports.rest());
  }

  public Path certificate() {
    return directory.resolve("tls.cert");
  }

  /** The macaroon that may do everything. */
  public Path adminMacaroon() {
    return directory.resolve("data/chain/bitcoin/regtest/admin.macaroon");
  }

  /** How a program with this macaroon reaches it. */
  public LndConfig config(Path macaroon) {
    return new LndConfig(restAddress(), certificate(), macaroon, Network.REGTEST, POLL_INTERVAL);
  }

  /** Everything that LND offers, with its admin's rights. */
  public LndRest admin() {
    return admin;
  }

  /** A macaroon with the rights that Klatch needs and no other, baked by {@code lncli} as the README says. */
  public Path bakeMacaroon() {
    Path file = directory.resolve("klatch.macaroon");
    List<String> command = new ArrayList<>(List.of("bakemacaroon", "--save_to", file.toString()));
    for (LndPermission permission : LndPermission.values()) {
      command.add(permission.uri());
    }
    lncli(command);
    return file;
  }

  /** Runs {@code lncli}. @return what it printed */
  public String lncli(List<String> command) {
    List<String> line = new ArrayList<>(program.client(directory, ports.rpc()));
    line.addAll(command);
    try {
      Path output = Files.createTempFile(directory, "lncli", ".txt");
      Process client = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!client.waitFor(CLIENT_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        client.destroyForcibly();
        throw new IllegalStateException("lncli " + command.getFirst() + " takes too long");
      }
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      if (client.exitValue() != 0) {
        throw new IllegalStateException("lncli " + command.getFirst() + ": " + printed.strip());
      }
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during lncli", e);
    }
  }

  public Member.Foreign member() {
    return new Member.Foreign(name, nodeId, new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.peers()),
        this::syncedHeight);
  }

  /** The block that it has followed the chain to; one less while it is still working on it. */
  private int syncedHeight() {
    JsonNode info = admin.get("/v1/getinfo");
    int height = info.path("block_height").asInt();
    return info.path("synced_to_chain").asBoolean() ? height : height - 1;
  }

  public String newAddress() {
    return admin.get("/v1/newaddress?type=WITNESS_PUBKEY_HASH").path("address").asText();
  }

  public long confirmedSat() {
    return admin.get("/v1/balance/blockchain").path("confirmed_balance").asLong();
  }

  public void connect(String peerNodeId, InetSocketAddress address) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("addr").put("pubkey", peerNodeId).put("host",
        address.getAddress().getHostAddress() + ":" + address.getPort());
    body.put("perm", true);
    try {
      admin.post("/v1/peers", body);
    } catch (LndException e) {
      if (!String.valueOf(e.getMessage()).contains("already connected")) {
        throw e;
      }
    }
  }

  /**
   * Opens a channel with a connected peer from the node's own coins.
   *
   * @return the funding output, {@code txid:index}
   */
  public String open(String peerNodeId, long capacitySat, long pushSat) {
    ObjectNode body = JSON.createObjectNode().put("node_pubkey", base64(peerNodeId))
        .put("local_funding_amount", Long.toString(capacitySat)).put("push_sat", Long.toString(pushSat))
        .put("sat_per_vbyte", "2").put("private", true).put("min_confs", 1);
    JsonNode point = admin.post("/v1/channels", body);
    byte[] reversed = Base64.getDecoder().decode(point.path("funding_txid_bytes").asText());
    byte[] txid = new byte[reversed.length];
    for (int i = 0; i < txid.length; i++) {
      txid[i] = reversed[reversed.length - 1 - i];
    }
    return HexFormat.of().formatHex(txid) + ":" + point.path("output_index").asInt();
  }

  private static String base64(String hex) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
  }

  /**
   * Closes a channel with the peer's consent; returns when both have agreed on the closing transaction.
   *
   * @param channelPoint its funding output, as {@link #open} gives it
   */
  public void closeTogether(String channelPoint) {
    int colon = channelPoint.indexOf(':');
    lncli(List.of("closechannel", "--funding_txid=" + channelPoint.substring(0, colon),
        "--output_index=" + channelPoint.substring(colon + 1), "--sat_per_vbyte=2"));
  }

  /** Kills the process hard; {@link #startAgain} brings it back. */
  public void kill() {
    process.close();
  }

  /** Starts it from what it has stored, and waits until it has caught up. */
  public void startAgain() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitInfo();
  }

  /** Stops the process with a signal: its sockets accept, and nobody answers. */
  public void stall() {
    process.signal("STOP");
  }

  public void resume() {
    process.signal("CONT");
  }

  @Override
  public void close() {
    admin.close();
    process.close();
    try {
      Folders.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
