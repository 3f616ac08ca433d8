package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import klatch.commitments.GroupCommit;
import klatch.commitments.LightningException;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;

/**
 * Buys channels with the payment that opens them (bLIP 52, LSPS2). A bought channel is used when its funding has its
 * confirmations, like any other: the payment waits for that at the seller, who is trusted with nothing.
 */
final class LdkPurchases {
  private static final String DESCRIPTION = "opens a channel";
  private static final Duration LONGEST_EXPIRY = Duration.ofHours(1);
  /** A payment that came in time may find its channel only later. */
  private static final Duration LATE = Duration.ofMinutes(30);

  private final LdkNode node;
  private final LdkStore store;
  private final GroupCommit commits;

  LdkPurchases(LdkNode node, LdkStore store, GroupCommit commits) {
    this.node = node;
    this.store = store;
    this.commits = commits;
  }

  ChannelPrice price(String peer, Msat payment, Optional<String> token) {
    return offer(peer, payment, token).price(payment);
  }

  private ChannelOffer offer(String peer, Msat payment, Optional<String> token) {
    ObjectNode request = LdkNode.request("channelOffers").put("nodeId", peer);
    token.ifPresent(text -> request.put("token", text));
    return ChannelOffer.cheapest(ChannelOffer.menu(node.call(request).required("offers")), payment, Instant.now());
  }

  ChannelPurchase buy(String peer, Msat payment, Msat mostFee, Optional<String> token) {
    ChannelOffer offer = offer(peer, payment, token);
    ChannelPrice price = offer.price(payment);
    if (price.fee().compareTo(mostFee) > 0) {
      throw new LightningException(
          "the channel costs " + ChannelOffer.sat(price.fee()) + " now, more than the "
              + ChannelOffer.sat(mostFee) + " that it may cost",
          false);
    }
    long expiry = Math.min(LONGEST_EXPIRY.toSeconds(), Duration.between(Instant.now(), price.until()).toSeconds());
    ObjectNode request = LdkNode.request("buyChannel").put("nodeId", peer).put("paymentMsat", payment.value())
        .put("description", DESCRIPTION).put("expirySeconds", expiry);
    request.set("offer", offer.asWritten());
    ChannelPurchase purchase = new ChannelPurchase(price, LdkMessages.invoice(node.call(request)));
    commits.write(connection -> LdkStore.bought(connection, peer, purchase));
    allowFees(peer);
    return purchase;
  }

  /** Once the node runs: LDK forgets when it stops which channels payments may come short in. */
  void resume() {
    store.awaited(since()).forEach(this::allowFees);
  }

  /** A seller may forward the payment through any channel that it has with this node. */
  private void allowFees(String peer) {
    node.call(LdkNode.request("allowFees").put("nodeId", peer));
  }

  private static Instant since() {
    return Instant.now().minus(LATE);
  }

  /** Whether a channel is awaited from this peer; then the first payment in it may come short by the fee. */
  boolean expectedFrom(String peer) {
    return store.awaited(since()).contains(peer);
  }

  /** Whether a payment may come short by this much. */
  boolean agreed(JsonNode taken) {
    PaymentHash hash = PaymentHash.parse(taken.required("hash").asText());
    Msat amount = new Msat(taken.required("amountMsat").asLong());
    Msat fee = new Msat(taken.required("feeMsat").asLong());
    return store.purchase(hash).filter(price -> fee.compareTo(price.fee()) <= 0
        && amount.plus(fee).compareTo(price.payment()) >= 0).isPresent();
  }
}
