package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.commitments.LightningException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node asks its owner's wallet: whether a channel that a peer offers is welcome, whether a fee out of a payment was
 * agreed on, and coins and signatures for the fees of anchor channels that close. Used by the event thread, apart from {@link #trouble}.
 */
final class LdkQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(LdkQuestions.class);
  private static final int WEIGHT_PER_VBYTE = 4;
  private static final String NO_RESERVE = "this node's wallet has not enough to close one more anchor channel in time: offer a channel "
      + "without anchors (LND: --channel_type tweakless), or ask its owner to put bitcoin into its wallet first";
  private static final String CANNOT_LOOK = "this node cannot look into its wallet now: offer the channel later";

  private final LdkNode node;
  private final OnchainWallet wallet;
  private final Supplier<AnchorReserve> reserve;
  private final LdkPurchases purchases;
  private volatile String trouble = "";

  LdkQuestions(LdkNode node, OnchainWallet wallet, Supplier<AnchorReserve> reserve, LdkPurchases purchases) {
    this.purchases = purchases;
    this.node = node;
    this.wallet = wallet;
    this.reserve = reserve;
  }

  /** Why a closing channel waits for a fee, and what to do; empty if none does. */
  String trouble() {
    return trouble;
  }

  /** @return false if the event is no question */
  boolean handled(JsonNode event) {
    switch (event.required("event").asText()) {
      case "channelOffered" -> answer(event, Optional.of(decision(event)));
      case "feeTaken" -> answer(event, Optional.of(
          LdkNode.JSON.createObjectNode().put("agreed", purchases.agreed(event))));
      case "coinsNeeded" -> answer(event, asked(() -> coins(event.required("claim").asText())));
      case "signatureNeeded" -> answer(event, asked(() -> signed(event)));
      case "feeLacking" -> lacking(event);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void answer(JsonNode event, Optional<ObjectNode> answer) {
    answer.ifPresent(given -> {
      ObjectNode request = LdkNode.request("answer").put("sequence", event.required("sequence").asLong());
      request.set("answer", given);
      node.call(request);
    });
  }

  private ObjectNode decision(JsonNode offer) {
    ObjectNode answer = LdkNode.JSON.createObjectNode().put("bought",
        purchases.expectedFrom(offer.required("peer").asText()));
    if (!offer.required("anchors").asBoolean()) {
      return answer;
    }
    try {
      return reserve.get().hasRoomForAnother() ? answer : answer.put("refuse", NO_RESERVE);
    } catch (ChainException | LightningException e) {
      LOG.warn("an anchor channel of {} is refused: {}", offer.path("peer").asText(), e.getMessage());
      return answer.put("refuse", CANNOT_LOOK);
    }
  }

  /** Without an answer the node asks again, twice a minute and after blocks. */
  private static Optional<ObjectNode> asked(Supplier<ObjectNode> wallet) {
    try {
      return Optional.of(wallet.get());
    } catch (ChainException | LightningException e) {
      LOG.info("a closing channel asks for its fee again: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private ObjectNode coins(String claim) {
    FeeCoins.Offer offer = wallet.feeCoins(claim);
    ObjectNode answer = LdkNode.JSON.createObjectNode().put("changeScript", offer.changeScript());
    answer.set("own", list(offer.own()));
    answer.set("free", list(offer.free()));
    answer.set("shared", list(offer.shared()));
    return answer;
  }

  private static ArrayNode list(List<FeeCoins.Offered> coins) {
    ArrayNode list = LdkNode.JSON.createArrayNode();
    coins.forEach(coin -> list.addObject().put("txid", coin.outpoint().txid()).put("output", coin.outpoint().output())
        .put("valueSat", coin.valueSat()).put("keyHash", coin.keyHash()));
    return list;
  }

  private ObjectNode signed(JsonNode event) {
    byte[] unsigned = HexFormat.of().parseHex(event.required("transaction").asText());
    byte[] signed = wallet.signFee(event.required("claim").asText(), unsigned);
    trouble = "";
    return LdkNode.JSON.createObjectNode().put("transaction", HexFormat.of().formatHex(signed));
  }

  private void lacking(JsonNode event) {
    long satPerVbyte = Math.ceilDiv(event.required("satPerKw").asLong() * WEIGHT_PER_VBYTE, 1_000L);
    trouble = "a closing channel waits for its fee of " + satPerVbyte
        + " sat a virtual byte, and the wallet has too little for it: send it bitcoin (klatch wallet address)";
    LOG.warn("{}", trouble);
  }
}
