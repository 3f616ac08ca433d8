package klatch.regtest.network;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;

/**
 * Which nodes there are, and which channels between them. Every channel begins with half of its money on either side.
 *
 * @param nodes       names of lower case letters, digits and _
 * @param channels    each paid for by its first node
 * @param capacitySat of every channel
 * @param chain       makes the chain; the network closes it
 * @param seed        of every key: a seed gives the same node ids
 */
public record NetworkPlan(List<String> nodes, List<Edge> channels, long capacitySat, ChainStart chain, long seed) {
  private static final long CAPACITY_SAT = 1_000_000;

  /** One channel. */
  public record Edge(String from, String to) {}

  /** Starts a chain. */
  @FunctionalInterface
  public interface ChainStart {
    Chain start();
  }

  public NetworkPlan {
    nodes = List.copyOf(nodes);
    channels = List.copyOf(channels);
    for (Edge edge : channels) {
      if (!nodes.contains(edge.from()) || !nodes.contains(edge.to()) || edge.from().equals(edge.to())) {
        throw new IllegalArgumentException("no channel is possible between " + edge.from() + " and " + edge.to());
      }
    }
  }

  /** Nodes without channels. */
  public static NetworkPlan nodes(String... names) {
    return new NetworkPlan(List.of(names), List.of(), CAPACITY_SAT, () -> EmbeddedChain.start(InstantSource.system()),
        System.nanoTime());
  }

  /** Each node has a channel with the next: {@code line("payer", "router", "payee")}. */
  public static NetworkPlan line(String... names) {
    List<Edge> edges = new ArrayList<>();
    for (int i = 1; i < names.length; i++) {
      edges.add(new Edge(names[i - 1], names[i]));
    }
    return nodes(names).channels(edges);
  }

  /** The first node has a channel with each of the others. */
  public static NetworkPlan star(String router, String... leaves) {
    List<String> all = new ArrayList<>(List.of(leaves));
    all.addFirst(router);
    return nodes(all.toArray(String[]::new))
        .channels(List.of(leaves).stream().map(leaf -> new Edge(router, leaf)).toList());
  }

  public NetworkPlan channels(List<Edge> newChannels) {
    return new NetworkPlan(nodes, newChannels, capacitySat, chain, seed);
  }

  public NetworkPlan capacity(long sat) {
    return new NetworkPlan(nodes, channels, sat, chain, seed);
  }

  public NetworkPlan on(ChainStart newChain) {
    return new NetworkPlan(nodes, channels, capacitySat, newChain, seed);
  }

  public NetworkPlan seed(long newSeed) {
    return new NetworkPlan(nodes, channels, capacitySat, chain, newSeed);
  }

  /** Starts everything; when this returns, every channel can be used. */
  public RegtestNetwork start() {
    return RegtestNetwork.start(this);
  }
}
