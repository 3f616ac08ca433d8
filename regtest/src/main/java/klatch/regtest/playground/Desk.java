package klatch.regtest.playground;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.regtest.network.Hold;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;

/** What can be done in the playground, one thing at a time. Every refusal is an {@link IllegalArgumentException} that a person can read. */
final class Desk {
  private static final int MOST_BLOCKS = 1_000;
  private static final long MOST_SAT = 100_000_000;
  /** Older ones are forgotten on the page, not by the nodes. */
  private static final int MOST_PAYMENTS = 200;

  /** One payment that was begun here. */
  private record Begun(int number, RegtestNode payer, RegtestNode payee, Msat amount, PaymentId id,
      Optional<Hold> hold) {
    void release() {
      payee.release(hold.orElseThrow());
    }

    void collect() {
      payee.collect(hold.orElseThrow());
    }
  }

  private final RegtestNetwork network;
  private final Map<Integer, Begun> payments = new LinkedHashMap<>();
  private int lastNumber;

  Desk(RegtestNetwork network) {
    this.network = network;
  }

  /** @param form the fields of one request; {@code do} says what */
  synchronized void act(Map<String, String> form) {
    String what = form.getOrDefault("do", "");
    switch (what) {
      case "mine" -> network.mine((int) number(form, "blocks", MOST_BLOCKS));
      case "faucet" -> faucet(form);
      case "pay" -> pay(form);
      case "release" -> held(form).release();
      case "collect" -> held(form).collect();
      default -> throw new IllegalArgumentException("there is nothing called \"" + what + "\" to do");
    }
  }

  private void faucet(Map<String, String> form) {
    network.chain().fund(form.getOrDefault("address", "").strip(), number(form, "sat", MOST_SAT));
    network.mine(1);
  }

  private void pay(Map<String, String> form) {
    RegtestNode payer = network.node(form.getOrDefault("from", ""));
    RegtestNode payee = network.node(form.getOrDefault("to", ""));
    if (payer == payee) {
      throw new IllegalArgumentException(payer.name() + " cannot pay itself");
    }
    Msat amount = Msat.ofSat(number(form, "sat", MOST_SAT));
    Optional<Hold> hold = form.containsKey("hold") ? Optional.of(payee.hold(amount)) : Optional.empty();
    PaymentId id = payer.pay(hold.map(Hold::invoice).orElseGet(() -> payee.invoice(amount)));
    lastNumber++;
    payments.put(lastNumber, new Begun(lastNumber, payer, payee, amount, id, hold));
    if (payments.size() > MOST_PAYMENTS) {
      payments.remove(payments.keySet().iterator().next());
    }
  }

  private Begun held(Map<String, String> form) {
    Begun found = payments.get((int) number(form, "payment", Integer.MAX_VALUE));
    if (found == null || found.hold().isEmpty()) {
      throw new IllegalArgumentException("there is no such held payment");
    }
    return found;
  }

  private static long number(Map<String, String> form, String name, long most) {
    try {
      long value = Long.parseLong(form.getOrDefault(name, "").strip());
      if (value >= 1 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(name + " is a number from 1 to " + most);
  }

  /** Everything the page shows. */
  synchronized State state() {
    List<NodeState> nodes = new ArrayList<>();
    Set<PaymentHash> held = new HashSet<>();
    for (RegtestNode node : network.nodes()) {
      Lightning.NodeStatus status = node.lightning().status();
      InetSocketAddress listen = node.lightning().listenAddress();
      node.lightning().held().forEach(htlc -> held.add(htlc.hash()));
      List<ChannelState> channels = status.channels().stream().map(channel -> new ChannelState(
          network.nameOf(channel.peer()), channel.capacity().value(), channel.ours().value(), channel.pendingHtlcs(),
          channel.usable())).toList();
      nodes.add(new NodeState(node.name(),
          node.nodeId() + "@" + listen.getAddress().getHostAddress() + ":" + listen.getPort(),
          status.balance().value(), channels.stream().mapToInt(ChannelState::htlcs).sum(), channels));
    }
    return new State(network.chain().kind(), network.chain().tip().height(), nodes,
        payments.values().stream().map(begun -> shown(begun, held)).toList().reversed());
  }

  private static PaymentState shown(Begun begun, Set<PaymentHash> held) {
    Lightning.Payment now = begun.payer().lightning().payment(begun.id())
        .orElse(new Lightning.Payment.Pending(begun.id()));
    boolean waits = begun.hold().map(Hold::hash).filter(held::contains).isPresent();
    String what = switch (now) {
      case Lightning.Payment.Pending _ -> waits ? "held" : "on its way";
      case Lightning.Payment.Sent sent -> "paid, fee " + sent.fee();
      case Lightning.Payment.Failed failed -> failed.released() ? "given back" : "failed: " + failed.reason();
    };
    return new PaymentState(begun.number(), begun.payer().name(), begun.payee().name(), begun.amount().value(), what,
        waits);
  }

  /** @param nodes in the order of the plan; {@code payments} newest first; amounts in msat */
  record State(String chain, int height, List<NodeState> nodes, List<PaymentState> payments) {}

  /** @param address node id, host and port, as wallets want it */
  record NodeState(String name, String address, long balance, int htlcs, List<ChannelState> channels) {}

  record ChannelState(String peer, long capacity, long ours, int htlcs, boolean usable) {}

  record PaymentState(int number, String from, String to, long amount, String what, boolean held) {}
}
