package klatch.commitments;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Lightning node as deposits need it: hold, release, collect, pay, watch.
 *
 * <p>Every effect may be asked for twice and happens once. Nothing here decides: the caller has saved its decision
 * before it calls. All methods are thread-safe and block; failures of the node itself are {@link LightningException}.
 */
public interface Lightning extends AutoCloseable {
  /** The largest final CLTV delta that a hold invoice may ask for: what payers' wallets accept. */
  int MAX_FINAL_CLTV_BLOCKS = 432;

  NodeStatus status();

  /**
   * Makes a BOLT 11 invoice on a hash whose preimage this node need not know; a payment of it stays held until
   * {@link #release} or {@link #collect}. Asking again for the same hash gives a new invoice on that hash.
   */
  Invoice holdInvoice(HoldRequest request);

  /** Makes an ordinary invoice: the node knows the preimage and takes the payment at once. */
  Invoice invoice(Msat amount, String description, Duration expiry);

  /** Reads a BOLT 11 invoice and checks its signature. @throws IllegalArgumentException if it is not one */
  Invoice decode(String bolt11);

  /** Fails every HTLC held on this hash back to its payer. Does nothing if none is held. */
  void release(PaymentHash hash);

  /** Claims every HTLC held on this preimage's hash. Does nothing if none is held. */
  void collect(Preimage preimage);

  /** The hold HTLCs that the node really has now, complete payments only, with their real expiry. */
  List<HeldHtlc> held();

  /**
   * Pays an invoice. If the id is known already nothing is sent, and the known payment is returned. Returns as soon as
   * the payment is under way or refused; the outcome comes as an event, and by {@link #payment}.
   */
  Payment pay(PayRequest request);

  /** What the node knows of a payment that it was asked to make, also after a restart. */
  Optional<Payment> payment(PaymentId id);

  /**
   * The routing fee that a payment of this invoice would cost now, or empty if there is no route. A quote, no promise:
   * bind it by {@link PayRequest#maxFee}.
   */
  Optional<Msat> quoteFee(Invoice invoice);

  /**
   * Hands every event to the listener, one after another, at least once: an event counts as delivered when the listener
   * returns, and comes again if it throws or the process dies before. One listener per node.
   */
  void watch(Consumer<LightningEvent> listener);

  @Override
  void close();

  /** @param finalCltvBlocks 18..432; a few blocks may be added by the node */
  record HoldRequest(PaymentHash hash, Msat amount, String description, Duration expiry, int finalCltvBlocks) {
    public HoldRequest {
      if (finalCltvBlocks < 18 || finalCltvBlocks > MAX_FINAL_CLTV_BLOCKS) {
        throw new IllegalArgumentException(
            "final CLTV must lie in 18.." + MAX_FINAL_CLTV_BLOCKS + " blocks, not " + finalCltvBlocks);
      }
    }
  }

  /**
   * A BOLT 11 invoice, its signature checked.
   *
   * @param amount empty if the payer chooses
   * @param payee  the payee's node id, 33 bytes as hex
   * @param descriptionHash SHA-256 of a description that is elsewhere, 64 hex digits
   * @param hintFee what the cheapest of its route hints charges; zero without hints
   */
  record Invoice(String bolt11, PaymentHash hash, Optional<Msat> amount, String payee, long expiresAtEpochSecond,
      int finalCltvBlocks, Optional<String> descriptionHash, Msat hintFee) {
    /** One without route hints, its description in it. */
    public Invoice(String bolt11, PaymentHash hash, Optional<Msat> amount, String payee, long expiresAtEpochSecond,
        int finalCltvBlocks) {
      this(bolt11, hash, amount, payee, expiresAtEpochSecond, finalCltvBlocks, Optional.empty(), Msat.ZERO);
    }
  }

  /** @param expiryHeight the block height at which the HTLC times out back to the payer, as the HTLC itself says */
  record HeldHtlc(PaymentHash hash, Msat amount, int expiryHeight) {}

  /** @param timeout how long new routes are tried; an HTLC already under way may take longer */
  record PayRequest(PaymentId id, String bolt11, Msat maxFee, Duration timeout) {}

  /** A payment of ours. A payment of a hold invoice stays {@link Pending} while it is held. */
  sealed interface Payment {
    PaymentId id();

    record Pending(PaymentId id) implements Payment {}

    record Sent(PaymentId id, Preimage preimage, Msat amount, Msat fee) implements Payment {}

    /** @param reason the node's words; {@code released} is true if the payee failed it back, as a refund does */
    record Failed(PaymentId id, String reason, boolean released) implements Payment {}
  }

  /**
   * @param nodeId 33 bytes as hex
   * @param height the tip that the node has reached
   */
  record NodeStatus(String nodeId, int height, List<Channel> channels) {
    /** The sum of what is ours in every channel. */
    public Msat balance() {
      return channels.stream().map(Channel::ours).reduce(Msat.ZERO, Msat::plus);
    }
  }

  /**
   * @param ours       what is ours when no HTLC is pending, reserve included
   * @param canSend    the largest HTLC that can be sent now
   * @param canReceive the largest HTLC that can be received now
   * @param pendingHtlcs HTLCs in either direction that are not yet settled
   */
  record Channel(String id, String peer, Msat capacity, Msat ours, Msat canSend, Msat canReceive, boolean usable,
      int pendingHtlcs) {}
}
