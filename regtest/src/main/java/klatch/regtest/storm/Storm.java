package klatch.regtest.storm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Msat;
import klatch.regtest.Until;
import klatch.regtest.network.Expectation;
import klatch.regtest.network.NetworkPlan;
import klatch.regtest.network.NetworkPlan.Edge;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;

/**
 * Five nodes with six channels under everything at once: deposits that are held, collected and given back, payouts, blocks,
 * a channel that is opened and closed. All the while one or another is killed and loses what it has not stored. At the end
 * every node must own what its payments say, to the millisatoshi, and have every channel that nobody closed.
 */
public final class Storm {
  private static final List<String> PAYERS = List.of("payer1", "payer2");
  private static final String ROUTER = "router";
  private static final String PAYEE = "payee";
  private static final String NEIGHBOUR = "neighbour";
  /** Who is killed next is drawn evenly: the organiser's side twice as often as any other. */
  private static final List<String> DICE = List.of(PAYEE, PAYEE, "payer1", "payer2", ROUTER, NEIGHBOUR);
  /** Who lies on the way of anybody's payments. */
  private static final Set<String> FORWARDERS = Set.of(ROUTER, "payer1");
  private static final long CAPACITY_SAT = 4_000_000;
  private static final long CHAIN_SAT = 20_000_000;
  /** What opening and closing a channel may cost both sides together. */
  private static final long MOST_FEES_SAT = 10_000;
  private static final int LAST_BLOCKS = 8;
  private static final int MOST_SWEEPING_BLOCKS = 12;
  private static final long LONGEST_PAUSE_MILLIS = 600;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TEN = 10;
  private static final long MSAT_PER_SAT = 1_000;

  private final int kills;
  private final long seed;
  private final SplittableRandom random;
  private final Map<String, Integer> killed = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private int blocks;

  /** @param seed of the pauses, the victims, the amounts and the decisions; what a kill hits is up to the machine */
  public Storm(int kills, long seed) {
    this.kills = kills;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** @param progress is told in words, now and then */
  public StormResult run(Consumer<String> progress) throws InterruptedException {
    long begun = System.nanoTime();
    var plan = NetworkPlan.nodes("payer1", "payer2", ROUTER, PAYEE, NEIGHBOUR)
        .channels(List.of(new Edge("payer1", ROUTER), new Edge("payer2", ROUTER), new Edge(ROUTER, PAYEE),
            new Edge(ROUTER, PAYEE), new Edge("payer1", PAYEE), new Edge("payer2", ROUTER)))
        .capacity(CAPACITY_SAT).seed(seed);
    try (var network = plan.start(); var traffic = new Traffic(network, PAYERS, PAYEE)) {
      network.node(PAYEE).fund(CHAIN_SAT);
      network.node(NEIGHBOUR).fund(CHAIN_SAT);
      var extra = new ExtraChannel(network, network.node(PAYEE), network.node(NEIGHBOUR), random.split());
      var before = network.balances();
      var channels = channels(network);
      long wealth = wealthSat(network);
      progress.accept("the network stands: " + before);
      traffic.start(seed);
      rage(network, extra, progress);
      progress.accept("no more kills; what is under way comes to its end");
      calm(network, traffic, extra);
      balances(network, before, traffic);
      check(channels(network).equals(channels), "channels were " + channels + " and are " + channels(network));
      long most = (extra.opened() + 1) * MOST_FEES_SAT;
      long lost = costSat(network, wealth + traffic.earnedMsat(PAYEE) / MSAT_PER_SAT, most);
      check(lost <= most, "opening and closing channels cost " + lost + " sat");
      problems.addAll(traffic.problems());
      if (!problems.isEmpty()) {
        progress.accept(network.report());
      }
      return new StormResult(seed, killed, traffic.collected(), traffic.released(), traffic.neverHeld(),
          traffic.payouts(), traffic.failedPayouts(), extra.opened(), extra.closed(), blocks,
          (System.nanoTime() - begun) / 1e9, problems);
    }
  }

  /** Exactly what each node's own payments say; and what payments paid on the way is with those on the way. */
  private void balances(RegtestNetwork network, Map<String, Msat> before, Traffic traffic) {
    long forwarding = 0;
    for (var node : network.nodes()) {
      long expected = Objects.requireNonNull(before.get(node.name())).value() + traffic.earnedMsat(node.name());
      long more = node.balance().value() - expected;
      check(more == 0 || (more > 0 && FORWARDERS.contains(node.name())),
          node.name() + " owns " + node.balance().value() + " msat in channels, not " + expected);
      forwarding += more;
    }
    check(forwarding == traffic.feesMsat(),
        "payments paid " + traffic.feesMsat() + " msat on their way, and " + forwarding + " arrived there");
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      problems.add(otherwise);
    }
  }

  private void rage(RegtestNetwork network, ExtraChannel extra, Consumer<String> progress) throws InterruptedException {
    int done = 0;
    while (done < kills) {
      Thread.sleep(random.nextLong(LONGEST_PAUSE_MILLIS));
      int throwOfTen = random.nextInt(TEN);
      if (throwOfTen < 6) {
        var victim = network.node(DICE.get(random.nextInt(DICE.size())));
        victim.kill();
        victim.start();
        killed.merge(victim.name(), 1, Integer::sum);
        done++;
        if (done % 20 == 0) {
          progress.accept(done + " kills");
        }
      } else if (throwOfTen < 8) {
        network.mine(1);
        blocks++;
      } else {
        blocks += extra.step(true);
      }
    }
  }

  private void calm(RegtestNetwork network, Traffic traffic, ExtraChannel extra) throws InterruptedException {
    Until.holds("the last extra channel is closed", PATIENCE, () -> {
      blocks += extra.step(false);
      return extra.isNone();
    });
    network.nodes().forEach(node -> network.await(Expectation.usable(node)));
    traffic.stop();
    network.mine(LAST_BLOCKS);
    blocks += LAST_BLOCKS;
    network.awaitQuiet();
  }

  private static Map<String, Set<String>> channels(RegtestNetwork network) {
    Map<String, Set<String>> channels = new LinkedHashMap<>();
    network.nodes().forEach(node -> channels.put(node.name(), new TreeSet<>(
        node.lightning().status().channels().stream().map(Channel::id).toList())));
    return channels;
  }

  /** What the two sides of the extra channel own on the chain and in channels. */
  private static long wealthSat(RegtestNetwork network) {
    return List.of(network.node(PAYEE), network.node(NEIGHBOUR)).stream()
        .mapToLong(Storm::wealthSat).sum();
  }

  /** A closed channel's coins are swept once they are buried, by a transaction of their own: some blocks more may be needed. */
  private long costSat(RegtestNetwork network, long before, long most) {
    long cost = before - wealthSat(network);
    for (int more = 0; cost > most && more < MOST_SWEEPING_BLOCKS; more++) {
      network.mine(1);
      blocks++;
      cost = before - wealthSat(network);
    }
    return cost;
  }

  /** Coins that wait to pay for a closing channel count: they are free again when it has been silent for long. */
  private static long wealthSat(RegtestNode node) {
    return node.lightning().wallet().confirmedSat() + node.balance().value() / MSAT_PER_SAT;
  }
}
