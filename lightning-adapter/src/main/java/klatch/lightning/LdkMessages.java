package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HexFormat;
import java.util.Optional;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.lightning.bolt11.Bolt11;

/** The JSON of the border to the native node (docs/spec/ldk-binding.md), from and to the words of the port. */
final class LdkMessages {
  private static final long MSAT_PER_SAT = 1_000;

  private LdkMessages() {}

  static ObjectNode config(LdkConfig config, byte[] sweepScript) {
    ObjectNode node = LdkNode.JSON.createObjectNode();
    node.put("network", config.network().label()).put("alias", config.alias()).put("seed", config.seed().hex())
        .put("listenHost", config.listen().getAddress().getHostAddress()).put("listenPort", config.listen().getPort());
    ChainRpc chain = config.chain();
    node.put("rpcHost", chain.url().getHost()).put("rpcPort", chain.url().getPort())
        .put("rpcPath", chain.url().getPath().isEmpty() ? "/" : chain.url().getPath()).put("rpcUser", chain.user())
        .put("rpcPassword", chain.password()).put("pollMillis", chain.pollInterval().toMillis());
    ChannelPolicy policy = config.channels();
    node.put("minConfirmations", policy.minConfirmations()).put("forwardBaseMsat", policy.forwardBaseMsat())
        .put("forwardPpm", policy.forwardPpm()).put("acceptForwards", policy.acceptForwards())
        .put("announced", policy.announced());
    policy.sale().ifPresent(sale -> node.set("sells", sale(sale)));
    return node.put("sweepScript", HexFormat.of().formatHex(sweepScript));
  }

  private static ObjectNode sale(ChannelSale sale) {
    ObjectNode node = LdkNode.JSON.createObjectNode().put("minFeeMsat", sale.minFee().value())
        .put("feePpm", sale.feePpm()).put("minPaymentMsat", sale.minPayment().value())
        .put("maxPaymentMsat", sale.maxPayment().value());
    sale.token().ifPresent(token -> node.put("token", token));
    return node;
  }

  static ObjectNode hold(HoldRequest request) {
    return LdkNode.request("hold").put("hash", request.hash().toString()).put("amountMsat", request.amount().value())
        .put("description", request.description()).put("expirySeconds", request.expiry().toSeconds())
        .put("finalCltvBlocks", request.finalCltvBlocks());
  }

  static ObjectNode pay(PayRequest request) {
    return LdkNode.request("pay").put("id", request.id().toString()).put("bolt11", request.bolt11())
        .put("maxFeeMsat", request.maxFee().value()).put("timeoutSeconds", request.timeout().toSeconds());
  }

  static Invoice invoice(JsonNode node) {
    JsonNode amount = node.path("amountMsat");
    Bolt11 read = Bolt11.read(node.required("bolt11").asText());
    return new Invoice(node.required("bolt11").asText(), PaymentHash.parse(node.required("hash").asText()),
        amount.isNumber() ? Optional.of(new Msat(amount.asLong())) : Optional.empty(), node.required("payee").asText(),
        node.required("expiresAt").asLong(), node.required("finalCltvBlocks").asInt(), read.descriptionHash(),
        read.hintFee());
  }

  static Channel channel(JsonNode node) {
    return new Channel(node.required("id").asText(), node.required("peer").asText(),
        Msat.ofSat(node.required("capacitySat").asLong()), ours(node), new Msat(node.required("canSendMsat").asLong()),
        new Msat(node.required("canReceiveMsat").asLong()), node.required("usable").asBoolean(),
        node.required("pendingHtlcs").asInt());
  }

  /**
   * What is ours, to the millisatoshi, when no HTLC is pending. The node tells what can be sent beyond the reserve that
   * stays with us and, where we have opened the channel, beyond its anchors, and stops at zero; then what the peer can send
   * tells it from the other side.
   */
  static Msat ours(JsonNode node) {
    long outbound = node.required("outboundMsat").asLong();
    long reserve = node.required("reserveSat").asLong() * MSAT_PER_SAT;
    long anchors = node.required("anchorsSat").asLong() * MSAT_PER_SAT;
    boolean opened = node.required("outbound").asBoolean();
    if (outbound > 0) {
      return new Msat(outbound + reserve + (opened ? anchors : 0));
    }
    long capacity = node.required("capacitySat").asLong() * MSAT_PER_SAT;
    long inbound = node.required("inboundMsat").asLong();
    long peerReserve = node.required("peerReserveSat").asLong() * MSAT_PER_SAT;
    long theirs = inbound + peerReserve + (opened ? 0 : anchors);
    return new Msat(inbound > 0 ? Math.max(0, capacity - theirs) : reserve);
  }
}
