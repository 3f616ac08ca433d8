package klatch.commitments.simulation;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.jspecify.annotations.Nullable;
import klatch.log.Bytes32;

/**
 * A Lightning network that lives in memory: nodes with one channel each to a hub, a chain that is a number, and faults
 * on demand. Nodes outlive the {@link InMemoryLightning} handles that drive them, as a node's stored state outlives its
 * process. One lock guards everything.
 */
public final class InMemoryNetwork {
  /** An LDK node fails a hold by itself this many blocks before it expires. */
  static final int FAIL_BACK_BLOCKS = 39;

  /** A node adds these to the final CLTV that was asked for. */
  static final int ADDED_CLTV_BLOCKS = 3;

  static final class Node {
    final String id;
    final Msat capacity;
    long ours;
    final Map<PaymentHash, Preimage> invoices = new HashMap<>();
    final Map<PaymentHash, Long> paidInvoices = new HashMap<>();
    final Map<PaymentHash, Htlc> held = new LinkedHashMap<>();
    final Map<PaymentId, Lightning.Payment> payments = new LinkedHashMap<>();
    final Deque<LightningEvent> undelivered = new ArrayDeque<>();
    final List<LightningEvent> delivered = new ArrayList<>();

    Node(String id, Msat capacity, Msat balance) {
      this.id = id;
      this.capacity = capacity;
      this.ours = balance.value();
    }
  }

  /** A hold under way from one node to another. */
  record Htlc(PaymentHash hash, PaymentId id, Node payer, Node payee, Msat amount, Msat fee, int expiryHeight) {}

  private final InstantSource clock;
  private final Random random;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<Htlc> stalled = new ArrayList<>();
  private int height = 100;
  private long feeBaseMsat = 1_000;
  private long feePartsPerMillion;
  private long paysMoreMsat;
  private boolean spendsInvoices;
  private final Map<PaymentHash, String> holding = new HashMap<>();
  private final Set<String> spent = new HashSet<>();
  private int paymentsToFail;
  private boolean stalling;
  private boolean cutOff;
  private long routedFeesMsat;

  public InMemoryNetwork(InstantSource clock, long seed) {
    this.clock = clock;
    this.random = new Random(seed);
  }

  /** What the hub takes of every payment. */
  public synchronized void fees(long baseMsat, long partsPerMillion) {
    feeBaseMsat = baseMsat;
    feePartsPerMillion = partsPerMillion;
  }

  /** From now on payers send this much more than an invoice asks for, or less. */
  public synchronized void paysMore(long msat) {
    paysMoreMsat = msat;
  }

  /** From now on an invoice whose payment was given back can never be paid again, as with LND. */
  public synchronized void spendsInvoices() {
    spendsInvoices = true;
  }

  /** While cut off, nobody finds a route and nobody can say what one would cost. */
  public synchronized void cutOffFromRoutes(boolean on) {
    cutOff = on;
  }

  boolean cutOff() {
    return cutOff;
  }

  /** The next payments of ordinary invoices fail on their way. */
  public synchronized void failNext(int payments) {
    paymentsToFail = payments;
  }

  /** This much vanishes at the hub: what no honest network does, so that whoever counts can be seen to notice. */
  public synchronized void lose(Msat amount) {
    routedFeesMsat -= amount.value();
  }

  /** While stalling, payments of ordinary invoices stay pending; they go through when it ends. */
  public synchronized void stall(boolean on) {
    stalling = on;
    if (!on) {
      List<Htlc> waiting = List.copyOf(stalled);
      stalled.clear();
      waiting.forEach(this::arrive);
    }
  }

  /** Makes the node if it is new. @return a handle on it, which ends an earlier handle's watching */
  public synchronized InMemoryLightning open(String name, Msat capacity, Msat balance, InMemoryLightning.Delivery how) {
    Node node = nodes.computeIfAbsent(name, n -> new Node(nodeId(n), capacity, balance));
    return new InMemoryLightning(this, node, how);
  }

  /** As after a crash: events that were delivered since the last stored state come again. */
  public synchronized void replay(String name, int events) {
    Node node = known(name);
    int from = Math.max(0, node.delivered.size() - events);
    List<LightningEvent> again = List.copyOf(node.delivered.subList(from, node.delivered.size()));
    again.reversed().forEach(node.undelivered::addFirst);
  }

  /** Mines blocks one by one; every node sees each. */
  public synchronized void mine(int blocks) {
    for (int i = 0; i < blocks; i++) {
      reach(height + 1);
    }
  }

  /** The tip moves back, as in a reorganisation. */
  public synchronized void unwind(int blocks) {
    reach(height - blocks);
  }

  public synchronized int height() {
    return height;
  }

  /** Every msat in channels, held ones and the hub's fees included: never changes. */
  public synchronized long totalMsat() {
    long total = routedFeesMsat;
    for (Node node : nodes.values()) {
      total += node.ours;
      total += node.held.values().stream().mapToLong(h -> h.amount().value() + h.fee().value()).sum();
    }
    return total + stalled.stream().mapToLong(h -> h.amount().value() + h.fee().value()).sum();
  }

  Node known(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    return node;
  }

  InstantSource clock() {
    return clock;
  }

  Msat fee(Msat amount) {
    return new Msat(feeBaseMsat + amount.value() * feePartsPerMillion / 1_000_000);
  }

  /** What a payment to this invoice would send: the faults included. */
  Msat sends(Msat asked) {
    return new Msat(asked.value() + paysMoreMsat);
  }

  @Nullable
  Node byId(String nodeId) {
    return nodes.values().stream().filter(n -> n.id.equals(nodeId)).findFirst().orElse(null);
  }

  Lightning.Payment send(Node payer, Lightning.PayRequest request, Lightning.Invoice invoice) {
    Msat amount = sends(invoice.amount().orElseThrow());
    Msat fee = fee(amount);
    Optional<String> refusal = refusal(payer, request, invoice, amount, fee);
    if (refusal.isPresent()) {
      return failed(payer, request.id(), refusal.get(), false);
    }
    Node payee = known(invoice);
    boolean hold = !payee.invoices.containsKey(invoice.hash());
    if (hold && payee.held.containsKey(invoice.hash())) {
      return failed(payer, request.id(), "payment is already held", true);
    }
    payer.ours -= amount.value() + fee.value();
    Lightning.Payment pending = new Lightning.Payment.Pending(request.id());
    payer.payments.put(request.id(), pending);
    int expiry = height + invoice.finalCltvBlocks() + 40 + random.nextInt(80);
    Htlc htlc = new Htlc(invoice.hash(), request.id(), payer, payee, amount, fee, expiry);
    if (hold) {
      payee.held.put(invoice.hash(), htlc);
      holding.put(invoice.hash(), request.bolt11());
      emit(payee, new LightningEvent.HtlcHeld(htlc.hash(), amount, expiry));
    } else if (stalling) {
      stalled.add(htlc);
    } else {
      arrive(htlc);
    }
    return pending;
  }

  private Node known(Lightning.Invoice invoice) {
    Node node = byId(invoice.payee());
    if (node == null) {
      throw new IllegalStateException("route to nobody");
    }
    return node;
  }

  private Optional<String> refusal(Node payer, Lightning.PayRequest request, Lightning.Invoice invoice, Msat amount,
      Msat fee) {
    Node payee = byId(invoice.payee());
    if (cutOff || payee == null || payer.ours < amount.value() + fee.value() || payee.equals(payer)) {
      return Optional.of("no route");
    }
    if (fee.compareTo(request.maxFee()) > 0) {
      return Optional.of("no route within " + request.maxFee() + " of fees, the cheapest costs " + fee);
    }
    if (clock.millis() / 1_000 >= invoice.expiresAtEpochSecond()) {
      return Optional.of("invoice has expired");
    }
    if (spent.contains(request.bolt11())) {
      return Optional.of("invoice was cancelled");
    }
    boolean ordinary = payee.invoices.containsKey(invoice.hash());
    if (ordinary && paymentsToFail > 0) {
      paymentsToFail--;
      return Optional.of("temporary channel failure");
    }
    if (ordinary && payee.paidInvoices.containsKey(invoice.hash())) {
      return Optional.of("invoice is already paid");
    }
    if (amount.value() > payee.capacity.value() - payee.ours) {
      return Optional.of("no room at the payee");
    }
    return Optional.empty();
  }

  private void arrive(Htlc htlc) {
    Preimage preimage = htlc.payee().invoices.get(htlc.hash());
    if (preimage == null) {
      throw new IllegalStateException("not an ordinary invoice: " + htlc.hash());
    }
    htlc.payee().paidInvoices.put(htlc.hash(), htlc.amount().value());
    settle(htlc, preimage);
  }

  private void settle(Htlc htlc, Preimage preimage) {
    htlc.payee().ours += htlc.amount().value();
    routedFeesMsat += htlc.fee().value();
    emit(htlc.payee(), new LightningEvent.HtlcCollected(htlc.hash(), htlc.amount()));
    htlc.payer().payments.put(htlc.id(),
        new Lightning.Payment.Sent(htlc.id(), preimage, htlc.amount(), htlc.fee()));
    emit(htlc.payer(), new LightningEvent.PaymentSent(htlc.id(), preimage, htlc.amount(), htlc.fee()));
  }

  void release(Node payee, PaymentHash hash) {
    Htlc htlc = payee.held.remove(hash);
    if (htlc != null) {
      String invoice = holding.remove(hash);
      if (spendsInvoices && invoice != null) {
        spent.add(invoice);
      }
      giveBack(htlc, "payee refused", true);
    }
  }

  void collect(Node payee, Preimage preimage) {
    Htlc htlc = payee.held.remove(preimage.hash());
    if (htlc != null) {
      settle(htlc, preimage);
    }
  }

  private void giveBack(Htlc htlc, String reason, boolean released) {
    htlc.payer().ours += htlc.amount().value() + htlc.fee().value();
    failed(htlc.payer(), htlc.id(), reason, released);
  }

  private static Lightning.Payment failed(Node payer, PaymentId id, String reason, boolean released) {
    Lightning.Payment failed = new Lightning.Payment.Failed(id, reason, released);
    payer.payments.put(id, failed);
    emit(payer, new LightningEvent.PaymentFailed(id, reason, released));
    return failed;
  }

  private void reach(int newHeight) {
    height = newHeight;
    for (Node node : nodes.values()) {
      for (Htlc htlc : List.copyOf(node.held.values())) {
        if (htlc.expiryHeight() - height <= FAIL_BACK_BLOCKS) {
          node.held.remove(htlc.hash());
          giveBack(htlc, "timed out at the payee", true);
          emit(node, new LightningEvent.HtlcLost(htlc.hash(), "too close to its expiry"));
        }
      }
      emit(node, new LightningEvent.BlockReached(height));
    }
  }

  private static void emit(Node node, LightningEvent event) {
    node.undelivered.addLast(event);
  }

  /** Of this network's own chance, so that a seed repeats it. */
  public synchronized Preimage newPreimage() {
    return Preimage.random(random);
  }

  private static String nodeId(String name) {
    return "02" + HexFormat.of().formatHex(Bytes32.sha256(name.getBytes(StandardCharsets.UTF_8)));
  }
}
