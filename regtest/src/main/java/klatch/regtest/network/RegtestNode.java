package klatch.regtest.network;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import klatch.commitments.Lightning;
import klatch.commitments.LightningEvent;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.LdkLightning;
import klatch.regtest.LightningNode;

/**
 * One node of a {@link RegtestNetwork}. Used by one thread at a time, but for {@link #lightning()}, which any thread may ask: what it
 * gives refuses everything once the node is stopped or killed.
 */
public final class RegtestNode {
  private static final Duration INVOICE_EXPIRY = Duration.ofHours(1);
  private static final Duration ROUTE_TIMEOUT = Duration.ofSeconds(30);
  private static final int HOLD_CLTV_BLOCKS = 144;
  private static final int EVENTS_KEPT = 500;
  private static final Msat MOST_FEES = Msat.ofSat(100);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final RegtestNetwork network;
  private final LightningNode node;
  private final Deque<LightningEvent> events = new ArrayDeque<>();
  private volatile boolean running = true;

  RegtestNode(RegtestNetwork network, LightningNode node) {
    this.network = network;
    this.node = node;
    watch();
  }

  private void watch() {
    node.lightning().watch(event -> {
      synchronized (events) {
        if (events.size() == EVENTS_KEPT) {
          events.removeFirst();
        }
        events.addLast(event);
      }
    });
  }

  public String name() {
    return node.name();
  }

  /** 33 bytes as hex. */
  public String nodeId() {
    return node.nodeId();
  }

  public boolean running() {
    return running;
  }

  /** The port that the node's programs use; a restart makes a new one. */
  public LdkLightning lightning() {
    if (!running) {
      throw new IllegalStateException(name() + " is not running");
    }
    return node.lightning();
  }

  /** Its last events, over all its lives, oldest first. */
  public List<LightningEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  // ---- money ----

  /** What it owns in its channels; HTLCs that it offers and that are pending do not count. */
  public Msat balance() {
    return lightning().status().balance();
  }

  /** HTLCs pending in its channels. */
  public int htlcs() {
    return lightning().status().channels().stream().mapToInt(Lightning.Channel::pendingHtlcs).sum();
  }

  /** The faucet sends it bitcoin on the chain, confirmed when this returns. */
  public void fund(long sat) {
    network.chain().fund(lightning().wallet().newAddress(), sat);
    network.mine(1);
  }

  /** Opens a channel that it pays for: {@code alice.open(1_000_000).to(bob)}. */
  public Opening open(long capacitySat) {
    return new Opening(capacitySat, 0);
  }

  /** A channel about to be opened. */
  public final class Opening {
    private final long capacitySat;
    private final long pushedSat;

    private Opening(long capacitySat, long pushedSat) {
      this.capacitySat = capacitySat;
      this.pushedSat = pushedSat;
    }

    /** Gives the peer so much of it at once. */
    public Opening pushing(long sat) {
      return new Opening(capacitySat, sat);
    }

    /** Opens it and mines; both sides can use it when this returns. */
    public void to(RegtestNode peer) {
      network.open(RegtestNode.this, peer, capacitySat, pushedSat);
    }
  }

  /** An ordinary invoice. */
  public Lightning.Invoice invoice(Msat amount) {
    return lightning().invoice(amount, "regtest", INVOICE_EXPIRY);
  }

  /** An invoice that is held when it is paid. */
  public Hold hold(Msat amount) {
    Preimage preimage = Preimage.random(RANDOM);
    return new Hold(preimage, lightning().holdInvoice(
        new Lightning.HoldRequest(preimage.hash(), amount, "regtest", INVOICE_EXPIRY, HOLD_CLTV_BLOCKS)));
  }

  /** Begins to pay; {@link Expectation#paid} tells when it has arrived. */
  public PaymentId pay(Lightning.Invoice invoice) {
    PaymentId payment = PaymentId.random(RANDOM);
    lightning().pay(new Lightning.PayRequest(payment, invoice.bolt11(), MOST_FEES, ROUTE_TIMEOUT));
    return payment;
  }

  public PaymentId pay(Hold hold) {
    return pay(hold.invoice());
  }

  /** Gives a held payment back. */
  public void release(Hold hold) {
    lightning().release(hold.hash());
  }

  /** Takes a held payment. */
  public void collect(Hold hold) {
    lightning().collect(hold.preimage());
  }

  /** Connects to another node, and again whenever one of them starts. */
  public void connect(RegtestNode peer) {
    network.dial(this, peer);
  }

  // ---- mischief ----

  /** Ends it in order. */
  public void stop() {
    lightning();
    running = false;
    node.close();
  }

  /** Ends it as a crash would: what was not stored is gone. */
  public void kill() {
    lightning();
    running = false;
    node.kill();
  }

  /** Starts it again from what it has stored, and connects it. */
  public void start() {
    if (running) {
      throw new IllegalStateException(name() + " is running");
    }
    node.start();
    running = true;
    watch();
    network.connect(this);
  }

  public void restart() {
    stop();
    start();
  }

  /** Ends all its connections, and nobody reaches it until it is {@link #mend mended}. */
  public void partition() {
    network.linksOf(this).forEach(Link::cut);
  }

  public void mend() {
    network.linksOf(this).forEach(Link::mend);
    network.connect(this);
  }

  /** Its connections stay, and nothing passes over them until it {@link #resume resumes}. */
  public void stall() {
    network.linksOf(this).forEach(Link::stall);
  }

  public void resume() {
    network.linksOf(this).forEach(Link::resume);
  }
}
