package klatch.regtest.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.lightning.Seed;
import klatch.log.Bytes32;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.Folders;

/**
 * LDK nodes of this process on a chain of their own, with real channels, HTLCs and a PostgreSQL server. Nothing is mined unless asked for, every
 * port is the operating system's choice, and closing leaves nothing behind. Used by one thread at a time.
 */
public final class RegtestNetwork implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration GOSSIP_PATIENCE = Duration.ofSeconds(8);
  /** For the funding transaction of one channel, and what is kept for closing it and those that others open. */
  private static final long FEE_RESERVE_SAT = 200_000;
  /** What a channel needs to be told to the whole network (BOLT 7). */
  private static final int ANNOUNCED_DEPTH = 6;

  /** With so many blocks the median of the last eleven is one of them (BIP 113). */
  private static final int MEDIAN_TIME_DEPTH = 6;

  private record Pair(String dialler, String listener) {
    boolean has(String name) {
      return dialler.equals(name) || listener.equals(name);
    }
  }

  private final NetworkPlan plan;
  private final Path directory;
  private final Chain chain;
  private final Database database;
  private final Map<String, RegtestNode> nodes = new LinkedHashMap<>();
  private final Map<Pair, Link> links = new LinkedHashMap<>();

  private RegtestNetwork(NetworkPlan plan, Path directory, Chain chain, Database database) {
    this.plan = plan;
    this.directory = directory;
    this.chain = chain;
    this.database = database;
  }

  static RegtestNetwork start(NetworkPlan plan) {
    Path directory = temporary();
    Chain chain = plan.chain().start();
    RegtestNetwork network = new RegtestNetwork(plan, directory, chain,
        Database.embedded(directory.resolve("postgres"), ""));
    try {
      network.startNodes();
      network.openChannels();
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("klatch-regtest");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Announced channels, because a route of more than two hops is found by gossip alone. */
  private void startNodes() {
    ChannelPolicy policy = new ChannelPolicy(ChannelPolicy.MIN_CONFIRMATIONS, 1_000, 0, true, true);
    for (String name : plan.nodes()) {
      LightningNode node = LightningNode.start(name, seedOf(name), chain, database, policy);
      nodes.put(name, new RegtestNode(this, node));
    }
  }

  private Seed seedOf(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return new Seed(
        Bytes32.sha256(ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(plan.seed()).put(bytes).array()));
  }

  private void openChannels() {
    if (plan.channels().isEmpty()) {
      return;
    }
    Map<RegtestNode, List<RegtestNode>> byPayer = new LinkedHashMap<>();
    plan.channels()
        .forEach(edge -> byPayer.computeIfAbsent(node(edge.from()), _ -> new ArrayList<>()).add(node(edge.to())));
    chain.fund(
        byPayer.entrySet().stream().map(payer -> new Chain.Payout(payer.getKey().lightning().wallet().newAddress(),
            payer.getValue().size() * (plan.capacitySat() + FEE_RESERVE_SAT))).toList());
    mine(1);
    byPayer.forEach((payer, peers) -> request(payer, peers, plan.capacitySat(), plan.capacitySat() / 2));
    mine(ANNOUNCED_DEPTH);
    nodes.values().forEach(node -> await(Expectation.usable(node)));
    if (plan.channels().size() > 1) {
      awaitRoutes();
    }
  }

  /** Until every node knows a way to every other one that it could know: gossip takes a moment. */
  private void awaitRoutes() {
    for (RegtestNode payee : nodes.values()) {
      Lightning.Invoice invoice = payee.invoice(Msat.ofSat(1_000));
      for (RegtestNode payer : nodes.values()) {
        if (payer != payee && connected(payer.name(), payee.name())) {
          awaitRoute(payer, payee, invoice);
        }
      }
    }
  }

  /** On a busy machine gossip can be lost between three nodes; with new connections all of it is told again. */
  private void awaitRoute(RegtestNode payer, RegtestNode payee, Lightning.Invoice invoice) {
    Expectation way = new Expectation(payer.name() + " knows a way to " + payee.name(),
        () -> payer.lightning().quoteFee(invoice).isPresent());
    if (!Until.comes(GOSSIP_PATIENCE, way.holds())) {
      nodes.values().forEach(RegtestNode::partition);
      nodes.values().forEach(RegtestNode::mend);
      await(way);
    }
  }

  private boolean connected(String from, String to) {
    List<String> reached = new ArrayList<>(List.of(from));
    for (int i = 0; i < reached.size(); i++) {
      String here = reached.get(i);
      plan.channels().stream().flatMap(edge -> edge.from().equals(here)
          ? Stream.of(edge.to())
          : edge.to().equals(here) ? Stream.of(edge.from()) : Stream.empty()).filter(next -> !reached.contains(next))
          .toList().forEach(reached::add);
    }
    return reached.contains(to);
  }

  void open(RegtestNode payer, RegtestNode peer, long capacitySat, long pushedSat) {
    request(payer, List.of(peer), capacitySat, pushedSat);
    mine(ANNOUNCED_DEPTH);
    await(Expectation.usable(payer));
    await(Expectation.usable(peer));
  }

  private void request(RegtestNode payer, List<RegtestNode> peers, long capacitySat, long pushedSat) {
    peers.forEach(peer -> dial(payer, peer));
    payer.lightning().openChannels(
        peers.stream().map(peer -> new ChannelRequest(peer.nodeId(), capacitySat, Msat.ofSat(pushedSat))).toList());
  }

  void dial(RegtestNode from, RegtestNode to) {
    Link link = links.computeIfAbsent(new Pair(from.name(), to.name()),
        _ -> new Link(() -> to.lightning().listenAddress()));
    from.lightning().connect(to.nodeId(), link.address().getAddress().getHostAddress(), link.address().getPort());
    await(new Expectation(from.name() + " is connected with " + to.name(),
        () -> from.lightning().peers().contains(to.nodeId())));
  }

  /** Everybody it has a channel with is connected again, if they run and can be reached. */
  void connect(RegtestNode node) {
    List<Pair> pairs = links.keySet().stream().filter(pair -> pair.has(node.name())).toList();
    for (Pair pair : pairs) {
      RegtestNode from = node(pair.dialler());
      RegtestNode to = node(pair.listener());
      if (from.running() && to.running()) {
        dial(from, to);
      }
    }
  }

  List<Link> linksOf(RegtestNode node) {
    return links.entrySet().stream().filter(link -> link.getKey().has(node.name())).map(Map.Entry::getValue).toList();
  }

  // ---- for tests ----

  public long seed() {
    return plan.seed();
  }

  public Chain chain() {
    return chain;
  }

  /** @throws IllegalArgumentException if there is none of this name */
  public RegtestNode node(String name) {
    RegtestNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("there is no node " + name + ", only " + nodes.keySet());
    }
    return node;
  }

  public List<RegtestNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** Mines one block after another; after each, every node that runs has followed. */
  public void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      follow();
    }
  }

  /** Replaces the last blocks by one more new ones, and waits until every node has followed. */
  public void reorg(int depth) {
    chain.reorg(depth);
    follow();
  }

  /**
   * Moves the chain's clock ahead and mines as many blocks as it takes until rules about time go by it: locktimes and relative
   * locks up to then are over.
   */
  public void advance(Duration by) {
    chain.advance(by);
    mine(MEDIAN_TIME_DEPTH);
  }

  private void follow() {
    int height = chain.tip().height();
    running().forEach(node -> node.lightning().poke());
    await(new Expectation("every node has reached block " + height,
        () -> running().allMatch(node -> node.lightning().status().height() == height)));
  }

  private Stream<RegtestNode> running() {
    return nodes.values().stream().filter(RegtestNode::running);
  }

  /** @throws IllegalStateException with the state of everything, if it does not become so within a minute */
  public void await(Expectation expected) {
    Until.holds(expected.holds(), PATIENCE,
        () -> "gave up waiting until " + expected.what() + System.lineSeparator() + report());
  }

  /** Waits until no HTLC is pending anywhere. */
  public void awaitQuiet() {
    running().forEach(node -> await(Expectation.htlcs(node, 0)));
  }

  /** What each running node owns in its channels, by name. */
  public Map<String, Msat> balances() {
    Map<String, Msat> balances = new LinkedHashMap<>();
    running().forEach(node -> balances.put(node.name(), node.balance()));
    return balances;
  }

  /** The balances of all running nodes together: in a quiet network always the same. */
  public Msat total() {
    return balances().values().stream().reduce(Msat.ZERO, Msat::plus);
  }

  /** What somebody wants to know when a test has failed: the seed, the chain, balances, HTLCs and the last events. */
  public String report() {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(plan.seed()).append(", ").append(chain.kind()).append(" chain at block ")
        .append(chain.tip().height()).append(System.lineSeparator());
    for (RegtestNode node : nodes.values()) {
      text.append("  ").append(node.name()).append(node.running() ? "" : " (not running)")
          .append(System.lineSeparator());
      if (node.running()) {
        node.lightning().status().channels()
            .forEach(channel -> text.append("    channel with ").append(nameOf(channel.peer()))
                .append(": ours ").append(channel.ours()).append(" of ").append(channel.capacity()).append(", ")
                .append(channel.pendingHtlcs()).append(" HTLCs").append(channel.usable() ? "" : ", not usable")
                .append(System.lineSeparator()));
        text.append("    knows ").append(node.lightning().graph()).append(System.lineSeparator());
        node.lightning().held().forEach(htlc -> text.append("    holds ").append(htlc).append(System.lineSeparator()));
      }
      node.events().forEach(event -> text.append("    ").append(event).append(System.lineSeparator()));
    }
    return text.toString();
  }

  /** The name of the node with this id; the id itself if it is none of this network. */
  public String nameOf(String nodeId) {
    return nodes.values().stream().filter(node -> node.nodeId().equals(nodeId)).map(RegtestNode::name).findFirst()
        .orElse(nodeId);
  }

  @Override
  public void close() {
    links.values().forEach(Link::close);
    running().toList().forEach(RegtestNode::stop);
    database.close();
    chain.close();
    try {
      Folders.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear " + directory, e);
    }
  }
}
