package klatch.regtest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Msat;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.lightning.LdkLightning;
import klatch.lightning.OpenedChannels;
import klatch.regtest.Member.Owned;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.Chain.Payout;

/**
 * Nodes and the channels between them, on a chain that stands still unless this mines. Each channel starts with half of
 * its money on either side, so payments find room both ways.
 *
 * <p>It owns no node: whoever started them closes them. Used by one thread at a time.
 */
public final class Topology {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For each channel's share of the funding transaction's fee, and for what the wallet keeps for closing it. */
  private static final long FEE_RESERVE_SAT = 100_000;

  private final Chain chain;
  private final List<Member> members;
  private final long capacitySat;

  private Topology(Chain chain, List<Member> members, long capacitySat) {
    this.chain = chain;
    this.members = List.copyOf(members);
    this.capacitySat = capacitySat;
  }

  /**
   * Every leaf gets one channel with the router, which pays for all of them by one transaction.
   *
   * @param router must let payments of others pass ({@code ChannelPolicy.regtestRouter()})
   */
  public static Topology star(Chain chain, Owned router, List<? extends Member> leaves, long capacitySat) {
    List<Member> all = new ArrayList<>(leaves);
    all.addFirst(router);
    Topology topology = new Topology(chain, all, capacitySat);
    topology.fund(List.of(router), leaves.size());
    topology.open(router, leaves);
    topology.mineAndSync(ChannelPolicy.MIN_CONFIRMATIONS);
    topology.awaitUsable();
    return topology;
  }

  /** Every leaf pays for one channel of its own with the hub. */
  public static Topology direct(Chain chain, Member hub, List<Owned> leaves, long capacitySat) {
    List<Member> all = new ArrayList<>(leaves);
    all.addFirst(hub);
    Topology topology = new Topology(chain, all, capacitySat);
    topology.fund(leaves, 1);
    InParallel.map(leaves, leaf -> topology.open(leaf, List.of(hub)));
    topology.mineAndSync(ChannelPolicy.MIN_CONFIRMATIONS);
    topology.awaitUsable();
    return topology;
  }

  /** The same network with a member in the place of the one with its name, such as one that has been restarted. */
  public Topology with(Member changed) {
    if (members.stream().noneMatch(member -> member.name().equals(changed.name()))) {
      throw new IllegalArgumentException("nobody here is called " + changed.name());
    }
    return new Topology(chain,
        members.stream().map(member -> member.name().equals(changed.name()) ? changed : member).toList(), capacitySat);
  }

  public List<Member> members() {
    return members;
  }

  /** Mines one block after another, and waits after each until every node has followed. */
  public void mineAndSync(int blocks) {
    for (int i = 0; i < blocks; i++) {
      chain.mine(1);
      sync();
    }
  }

  /** Waits until every node has followed the chain to where it is. */
  public void sync() {
    int height = chain.tip().height();
    owned().forEach(member -> member.lightning().poke());
    Until.holds(() -> members.stream().allMatch(member -> member.height() == height), PATIENCE,
        () -> "not all nodes are at block " + height + ": " + members.stream()
            .map(member -> member.name() + " " + member.height()).toList());
  }

  /** Waits until every channel of this process's nodes can be used by both sides, as far as these can tell. */
  public void awaitUsable() {
    Until.holds(() -> channels().noneMatch(channel -> !channel.usable()) && everybodyHasOne(), PATIENCE,
        () -> "channels that cannot be used: " + describe(channels().filter(channel -> !channel.usable())));
  }

  /** Waits until no HTLC is pending in any channel of this process's nodes. */
  public void awaitQuiet() {
    Until.holds(() -> channels().allMatch(channel -> channel.usable() && channel.pendingHtlcs() == 0), PATIENCE,
        () -> "channels that are not quiet: " + describe(channels().filter(c -> !c.usable() || c.pendingHtlcs() > 0)));
  }

  /** What each of this process's nodes owns in its channels, by name. */
  public Map<String, Msat> balances() {
    Map<String, Msat> balances = new LinkedHashMap<>();
    owned().forEach(member -> balances.put(member.name(), member.lightning().status().balance()));
    return balances;
  }

  /**
   * Checks every channel between two nodes of this process: what is one side's and what is the other's must add up to
   * the channel's capacity. To be called when all is quiet.
   *
   * @return how many channels were checked
   * @throws IllegalStateException with the first that does not add up
   */
  public int checkConservation() {
    Map<String, List<Sided>> sides = new LinkedHashMap<>();
    owned().forEach(member -> member.lightning().status().channels()
        .forEach(channel -> sides.computeIfAbsent(channel.id(), id -> new ArrayList<>())
            .add(new Sided(member.name(), channel))));
    List<List<Sided>> both = sides.values().stream().filter(pair -> pair.size() == 2).toList();
    for (List<Sided> pair : both) {
      Msat sum = pair.getFirst().channel().ours().plus(pair.getLast().channel().ours());
      if (!sum.equals(pair.getFirst().channel().capacity())) {
        throw new IllegalStateException("of " + pair.getFirst().channel().capacity() + ", " + pair.getFirst().owner()
            + " has " + pair.getFirst().channel().ours() + " and " + pair.getLast().owner() + " has "
            + pair.getLast().channel().ours());
      }
    }
    return both.size();
  }

  private record Sided(String owner, Channel channel) {}

  private Stream<Owned> owned() {
    return members.stream().flatMap(member -> switch (member) {
      case Owned owned -> Stream.of(owned);
      case Member.Foreign _ -> Stream.empty();
    });
  }

  private Stream<Channel> channels() {
    return owned().flatMap(member -> member.lightning().status().channels().stream());
  }

  private boolean everybodyHasOne() {
    return owned().noneMatch(member -> member.lightning().status().channels().isEmpty());
  }

  private void fund(List<Owned> payers, int channelsEach) {
    long sat = channelsEach * (capacitySat + FEE_RESERVE_SAT);
    chain.fund(payers.stream().map(payer -> new Payout(payer.lightning().wallet().newAddress(), sat)).toList());
    mineAndSync(1);
  }

  private OpenedChannels open(Owned payer, List<? extends Member> peers) {
    LdkLightning node = payer.lightning();
    peers.forEach(peer -> node.connect(peer.nodeId(), peer.address().getAddress().getHostAddress(),
        peer.address().getPort()));
    Until.holds(() -> node.peers().containsAll(peers.stream().map(Member::nodeId).toList()), PATIENCE,
        () -> payer.name() + " is connected with " + node.peers().size() + " of " + peers.size() + " nodes");
    Msat push = Msat.ofSat(capacitySat / 2);
    return node.openChannels(
        peers.stream().map(peer -> new ChannelRequest(peer.nodeId(), capacitySat, push)).toList());
  }

  private static String describe(Stream<Channel> channels) {
    return channels.map(channel -> channel.id() + " with " + channel.peer() + ", " + channel.pendingHtlcs()
        + " HTLCs pending").toList().toString();
  }
}
