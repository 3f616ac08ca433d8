package klatch.lightning;

import java.time.Duration;
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
import klatch.lightning.bolt11.Bolt11;

/** Reads invoices, and has no Lightning node to do anything else: for people whose wallet is elsewhere. */
public record InvoicesOnly(Network network) implements Lightning {

  @Override
  public NodeStatus status() {
    return new NodeStatus("", 0, List.of());
  }

  @Override
  public Invoice decode(String bolt11) {
    Bolt11 invoice = Bolt11.read(bolt11);
    if (!invoice.currency().equals(currency())) {
      throw new IllegalArgumentException("the invoice is for another network (" + invoice.currency()
          + "), this node is on " + network.label());
    }
    return invoice.asInvoice();
  }

  private String currency() {
    return switch (network) {
      case REGTEST -> "bcrt";
      case SIGNET -> "tbs";
      case MAINNET -> "bc";
    };
  }

  @Override
  public void watch(Consumer<LightningEvent> listener) {
    // Nothing ever happens here.
  }

  @Override
  public Invoice holdInvoice(HoldRequest request) {
    throw none();
  }

  @Override
  public Invoice invoice(Msat amount, String description, Duration expiry) {
    throw none();
  }

  @Override
  public void release(PaymentHash hash) {
    throw none();
  }

  @Override
  public void collect(Preimage preimage) {
    throw none();
  }

  @Override
  public List<HeldHtlc> held() {
    throw none();
  }

  @Override
  public Payment pay(PayRequest request) {
    throw none();
  }

  @Override
  public Optional<Payment> payment(PaymentId id) {
    throw none();
  }

  @Override
  public Optional<Msat> quoteFee(Invoice invoice) {
    throw none();
  }

  private static LightningException none() {
    return new LightningException("this node has no Lightning", false);
  }

  @Override
  public void close() {
    // There is nothing to end.
  }
}
