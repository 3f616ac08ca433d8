package klatch.regtest.network;

import java.util.function.BooleanSupplier;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;

/**
 * Something that becomes so: for {@link RegtestNetwork#await}.
 *
 * @param what said when it does not come
 */
public record Expectation(String what, BooleanSupplier holds) {
  /** The payee holds the payment: it is locked in, neither collected nor given back. */
  public static Expectation held(RegtestNode payee, Hold hold) {
    return new Expectation(payee.name() + " holds " + hold.hash(),
        () -> payee.lightning().held().stream().anyMatch(htlc -> htlc.hash().equals(hold.hash())));
  }

  public static Expectation paid(RegtestNode payer, PaymentId payment) {
    return new Expectation(payer.name() + " has paid " + payment,
        () -> payer.lightning().payment(payment).orElse(null) instanceof Lightning.Payment.Sent);
  }

  /** The payment came back whole. */
  public static Expectation returned(RegtestNode payer, PaymentId payment) {
    return new Expectation(payer.name() + " has " + payment + " back",
        () -> payer.lightning().payment(payment).orElse(null) instanceof Lightning.Payment.Failed);
  }

  /** What the node owns in all its channels; what it offers in HTLCs that are pending does not count. */
  public static Expectation balance(RegtestNode node, Msat amount) {
    return new Expectation(node.name() + " owns " + amount, () -> node.balance().equals(amount));
  }

  /** So many HTLCs are pending in the node's channels. */
  public static Expectation htlcs(RegtestNode node, int count) {
    return new Expectation(node.name() + " has " + count + " pending HTLCs", () -> node.htlcs() == count);
  }

  /** Every channel of the node can be used. */
  public static Expectation usable(RegtestNode node) {
    return new Expectation("all channels of " + node.name() + " can be used",
        () -> node.lightning().status().channels().stream().allMatch(Lightning.Channel::usable));
  }
}
