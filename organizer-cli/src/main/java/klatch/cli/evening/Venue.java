package klatch.cli.evening;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import klatch.cli.node.ChainKind;
import klatch.cli.node.FileClock;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.ApiClient;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.LdkLightning;
import klatch.lightning.Network;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Member;
import klatch.regtest.Topology;
import klatch.regtest.chain.Chain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where an evening takes place: a chain, one PostgreSQL, everybody's nodes, and wallets of people without one, all in this
 * process and on loopback. Each has one channel, with a router that asks 1 sat for what it forwards. The nodes' clock is
 * ours. Built once, driven by one thread.
 */
final class Venue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Venue.class);
  private static final String LOOPBACK = "127.0.0.1";
  /** Room both ways for far more than an evening's deposits. */
  private static final long CHANNEL_SAT = 1_000_000;
  private static final int STARTED_AT_ONCE = 3;
  private static final int ENDED_AT_ONCE = 8;

  private final Path directory;
  private final Path clockFile;
  /** What everything stands on. */
  private final Deque<AutoCloseable> ground = new ArrayDeque<>();
  /** Nodes and wallets: each takes about a second to end, so they end together. */
  private final List<AutoCloseable> standing = Collections.synchronizedList(new ArrayList<>());
  private final Chain chain;
  private final Database database;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, LdkLightning> purses = new LinkedHashMap<>();
  private final Topology topology;
  private long offsetMillis;

  /**
   * @param directory for everything that is stored; whoever made it deletes it
   * @param withNodes names of people with a node, lower case letters
   * @param wallets   names of people with a Lightning wallet only
   */
  Venue(Path directory, ChainKind kind, List<String> withNodes, List<String> wallets) {
    this.directory = directory.toAbsolutePath();
    this.clockFile = this.directory.resolve("clock");
    try {
      jumpBy(0);
      chain = opened(kind.start());
      database = opened(Database.embedded(this.directory.resolve("database"), ""));
      startNodes(withNodes);
      var members = new ArrayList<Member.Owned>();
      nodes.forEach((name, node) -> members.add(new Member.Owned(name, node.money().orElseThrow().lightning())));
      for (var name : wallets) {
        members.add(wallet(name, ChannelPolicy.regtestLeaf()));
      }
      members.forEach(member -> purses.put(member.name(), member.lightning()));
      topology = Topology.star(chain, wallet("router", ChannelPolicy.regtestRouter()), members, CHANNEL_SAT);
      topology.awaitUsable();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    ground.push(part);
    return part;
  }

  private <T extends AutoCloseable> T stands(T part) {
    standing.add(part);
    return part;
  }

  private Member.Owned wallet(String name, ChannelPolicy policy) {
    var node = stands(LightningNode.start(name, chain, database, policy));
    node.lightning().watch(event -> LOG.debug("{}: {}", name, event));
    return node.member();
  }

  private void startNodes(List<String> names) {
    try (var starters = Executors.newFixedThreadPool(STARTED_AT_ONCE)) {
      Map<String, Future<Node>> starting = new LinkedHashMap<>();
      names.forEach(name -> starting.put(name, starters.submit(() -> start(name))));
      for (var one : starting.entrySet()) {
        nodes.put(one.getKey(), one.getValue().get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a node did not start", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while nodes start", e);
    }
  }

  private Node start(String name) {
    var rpc = chain.rpc();
    return start(name, new NodeOptions.Chain(Network.REGTEST, Optional
        .of(new NodeOptions.Bitcoind(rpc.uri(), new NodeOptions.Login.Password(rpc.user(), rpc.password())))));
  }

  private Node start(String name, NodeOptions.Chain of) {
    var prefix = name + "_";
    var options = new NodeOptions(directory.resolve(name),
        new NodeOptions.Storage(Optional.of(database.urlWithLogin()), prefix), of,
        new NodeOptions.Ports(List.of("/ip4/" + LOOPBACK + "/tcp/0"), 0, 0), Optional.empty(), Optional.of(clockFile));
    return stands(Node.start(options, database.withPrefix(prefix)));
  }

  /** Starts the node of somebody whose Lightning wallet is elsewhere. */
  Node startWithoutLightning(String name) {
    var node = start(name, new NodeOptions.Chain(Network.REGTEST, Optional.empty()));
    nodes.put(name, node);
    return node;
  }

  /** @throws IllegalArgumentException if nobody of this name has a node */
  Node node(String name) {
    var node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("nobody called " + name + " has a node, only " + nodes.keySet());
    }
    return node;
  }

  /** The local API of somebody's node. */
  ApiClient api(String name) {
    return ApiClient.of(directory.resolve(name));
  }

  /** Somebody's Lightning node, whether it is part of a Klatch node or a wallet of its own. */
  LdkLightning purse(String name) {
    var purse = purses.get(name);
    if (purse == null) {
      throw new IllegalArgumentException("nobody is called " + name + ", only " + purses.keySet());
    }
    return purse;
  }

  /** What everybody owns in their channels, the router too, in msat. */
  Map<String, Long> balances() {
    var balances = new LinkedHashMap<String, Long>();
    topology.balances().forEach((name, balance) -> balances.put(name, balance.value()));
    return balances;
  }

  /** Waits until nothing is pending in any channel. */
  void awaitQuiet() {
    topology.awaitQuiet();
  }

  String chainKind() {
    return chain.kind();
  }

  /** What every node's clock says. */
  long nowMillis() {
    return System.currentTimeMillis() + offsetMillis;
  }

  /** Moves every node's clock to this time. */
  void jumpTo(long epochMillis) {
    jumpBy(epochMillis - nowMillis());
  }

  /** Moves every node's clock ahead. */
  void jumpBy(long millis) {
    offsetMillis += millis;
    try {
      Files.createDirectories(directory);
      FileClock.jump(clockFile, offsetMillis);
    } catch (IOException e) {
      throw new UncheckedIOException("the clock file cannot be written", e);
    }
  }

  @Override
  public void close() {
    try (var enders = Executors.newFixedThreadPool(ENDED_AT_ONCE)) {
      standing.forEach(part -> enders.execute(() -> close(part)));
    }
    while (!ground.isEmpty()) {
      close(ground.pop());
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("a part of the evening did not close", e);
    }
  }
}
