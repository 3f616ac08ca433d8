package klatch.commitments.simulation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import org.jspecify.annotations.Nullable;
import klatch.log.Bytes32;

/** A handle on one node of an {@link InMemoryNetwork}: what a process that drives the node would hold. */
public final class InMemoryLightning implements Lightning {
  /** Who runs the listener. */
  public enum Delivery {
    /** A thread of the handle's own. */
    THREAD,
    /** Whoever calls {@link #deliver}: for simulations that repeat from a seed. */
    BY_HAND
  }

  private static final String PREFIX = "lnmem1";

  /** How often the delivering thread looks for new events, and how long it rests after a listener threw. */
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final InMemoryNetwork network;
  private final InMemoryNetwork.Node node;
  private final Delivery how;
  private volatile boolean closed;
  private volatile @Nullable Consumer<LightningEvent> listener;

  InMemoryLightning(InMemoryNetwork network, InMemoryNetwork.Node node, Delivery how) {
    this.network = network;
    this.node = node;
    this.how = how;
  }

  @Override
  public NodeStatus status() {
    synchronized (network) {
      open();
      long room = node.capacity.value() - node.ours;
      int pending = node.held.size();
      Channel channel = new Channel("hub-" + node.id, "hub", node.capacity, new Msat(node.ours), new Msat(node.ours),
          new Msat(room), true, pending);
      return new NodeStatus(node.id, network.height(), List.of(channel));
    }
  }

  @Override
  public Invoice holdInvoice(HoldRequest request) {
    synchronized (network) {
      open();
      return encode(request.hash(), request.amount(), request.expiry(),
          request.finalCltvBlocks() + InMemoryNetwork.ADDED_CLTV_BLOCKS, "", Msat.ZERO);
    }
  }

  @Override
  public Invoice invoice(Msat amount, String description, Duration expiry) {
    synchronized (network) {
      open();
      Preimage preimage = network.newPreimage();
      node.invoices.put(preimage.hash(), preimage);
      return encode(preimage.hash(), amount, expiry, 24, "", Msat.ZERO);
    }
  }

  /** An ordinary invoice with an odd final CLTV, as a strange wallet would make it. */
  public Invoice strangeInvoice(Msat amount, Duration expiry, int finalCltvBlocks) {
    return walletInvoice(amount, expiry, finalCltvBlocks, "", Msat.ZERO);
  }

  /**
   * An ordinary invoice with whatever a wallet may put into one.
   *
   * @param descriptionHash 64 hex digits, or nothing
   */
  public Invoice walletInvoice(Msat amount, Duration expiry, int finalCltvBlocks, String descriptionHash,
      Msat hintFee) {
    synchronized (network) {
      Preimage preimage = network.newPreimage();
      node.invoices.put(preimage.hash(), preimage);
      return encode(preimage.hash(), amount, expiry, finalCltvBlocks, descriptionHash, hintFee);
    }
  }

  @Override
  public Invoice decode(String bolt11) {
    if (!bolt11.startsWith(PREFIX) || bolt11.length() < PREFIX.length() + 16) {
      throw new IllegalArgumentException("not an invoice");
    }
    int end = bolt11.length() - 16;
    String body = bolt11.substring(PREFIX.length(), end);
    if (!bolt11.substring(end).equals(checksum(body))) {
      throw new IllegalArgumentException("the invoice's signature is wrong");
    }
    String[] fields = new String(HexFormat.of().parseHex(body), StandardCharsets.UTF_8).split(":", -1);
    return new Invoice(bolt11, PaymentHash.parse(fields[0]), Optional.of(new Msat(Long.parseLong(fields[1]))),
        fields[2], Long.parseLong(fields[3]), Integer.parseInt(fields[4]),
        Optional.of(fields[6]).filter(hash -> !hash.isEmpty()), new Msat(Long.parseLong(fields[7])));
  }

  @Override
  public void release(PaymentHash hash) {
    synchronized (network) {
      open();
      network.release(node, hash);
    }
  }

  @Override
  public void collect(Preimage preimage) {
    synchronized (network) {
      open();
      network.collect(node, preimage);
    }
  }

  @Override
  public List<HeldHtlc> held() {
    synchronized (network) {
      open();
      return node.held.values().stream().map(h -> new HeldHtlc(h.hash(), h.amount(), h.expiryHeight())).toList();
    }
  }

  @Override
  public Payment pay(PayRequest request) {
    Invoice invoice = decode(request.bolt11());
    synchronized (network) {
      open();
      Payment known = node.payments.get(request.id());
      return known != null ? known : network.send(node, request, invoice);
    }
  }

  @Override
  public Optional<Payment> payment(PaymentId id) {
    synchronized (network) {
      open();
      return Optional.ofNullable(node.payments.get(id));
    }
  }

  @Override
  public Optional<Msat> quoteFee(Invoice invoice) {
    synchronized (network) {
      open();
      Msat amount = invoice.amount().orElseThrow();
      Msat fee = network.fee(amount);
      boolean route = !network.cutOff() && network.byId(invoice.payee()) != null
          && node.ours >= amount.value() + fee.value();
      return route ? Optional.of(fee) : Optional.empty();
    }
  }

  @Override
  public void watch(Consumer<LightningEvent> newListener) {
    if (listener != null) {
      throw new IllegalStateException("there is a listener already");
    }
    listener = newListener;
    if (how == Delivery.THREAD) {
      Thread.ofVirtual().name("events of " + node.id).start(this::deliverForEver);
    }
  }

  /** Hands the oldest event to the listener. @return false if there was none */
  public boolean deliver() {
    LightningEvent event;
    synchronized (network) {
      event = node.undelivered.peekFirst();
    }
    Consumer<LightningEvent> to = listener;
    if (event == null || to == null || closed) {
      return false;
    }
    to.accept(event);
    synchronized (network) {
      if (!closed) {
        node.undelivered.removeFirst();
        node.delivered.add(event);
      }
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void deliverForEver() {
    while (!closed) {
      boolean more = false;
      try {
        more = deliver();
      } catch (RuntimeException e) {
        // The event was not taken; it comes again.
      }
      if (!more) {
        java.util.concurrent.locks.LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void open() {
    if (closed) {
      throw new LightningException("the node is closed", true);
    }
  }

  private Invoice encode(PaymentHash hash, Msat amount, Duration expiry, int finalCltvBlocks, String descriptionHash,
      Msat hintFee) {
    long expiresAt = network.clock().millis() / 1_000 + expiry.toSeconds();
    String fields = String.join(":", hash.toString(), Long.toString(amount.value()), node.id, Long.toString(expiresAt),
        Integer.toString(finalCltvBlocks), network.newPreimage().hex(), descriptionHash,
        Long.toString(hintFee.value()));
    String body = HexFormat.of().formatHex(fields.getBytes(StandardCharsets.UTF_8));
    return decode(PREFIX + body + checksum(body));
  }

  private static String checksum(String body) {
    return HexFormat.of().formatHex(Bytes32.sha256(body.getBytes(StandardCharsets.UTF_8))).substring(0, 16);
  }
}
