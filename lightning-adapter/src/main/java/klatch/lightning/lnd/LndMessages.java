package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Lightning.HeldHtlc;
import klatch.commitments.Lightning.HoldRequest;
import klatch.commitments.Lightning.Invoice;
import klatch.commitments.Lightning.PayRequest;
import klatch.commitments.Lightning.Payment;
import klatch.commitments.Msat;
import klatch.commitments.PaymentHash;
import klatch.commitments.PaymentId;
import klatch.commitments.Preimage;
import klatch.lightning.bolt11.Bolt11;

/**
 * LND's JSON (lnrpc 0.20), from and to the words of the port. LND writes 64-bit numbers as text, and bytes as base64; in
 * paths and queries it wants the URL-safe alphabet.
 */
final class LndMessages {
  /** BOLT 11 sets no limit; wallets stay under two thousand characters. */
  private static final int MAX_INVOICE_LENGTH = 4_096;

  private static final long MSAT_PER_SAT = 1_000;
  private static final String INCORRECT_DETAILS = "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS";

  private LndMessages() {}

  /** What LND says of one of its own invoices. */
  enum InvoiceState {
    OPEN, ACCEPTED, SETTLED, CANCELED
  }

  /**
   * One of LND's own invoices.
   *
   * @param held what is held on it, if it is accepted: the sum of its parts, and the earliest expiry
   * @param paid what was paid, once settled
   */
  record OwnInvoice(PaymentHash hash, InvoiceState state, String bolt11, Msat value, int finalCltvBlocks,
      long expiresAtEpochSecond, Optional<HeldHtlc> held, Msat paid, long addIndex) {}

  /** @param index LND counts payments; a hash that is tried again gets a new number */
  record OwnPayment(PaymentHash hash, long index, Outcome outcome) {}

  sealed interface Outcome {
    record InFlight() implements Outcome {}

    record Succeeded(Preimage preimage, Msat amount, Msat fee) implements Outcome {}

    record Failed(String reason, boolean released) implements Outcome {}
  }

  /** @throws IllegalArgumentException if LND's words make no sense */
  static OwnInvoice ownInvoice(JsonNode node) {
    PaymentHash hash = new PaymentHash(base64(node, "r_hash"));
    InvoiceState state = InvoiceState.valueOf(node.path("state").asText("OPEN"));
    long amount = 0;
    int expiry = Integer.MAX_VALUE;
    for (JsonNode htlc : node.path("htlcs")) {
      if (htlc.path("state").asText().equals("ACCEPTED")) {
        amount = Math.addExact(amount, number(htlc, "amt_msat"));
        expiry = Math.min(expiry, Math.toIntExact(number(htlc, "expiry_height")));
      }
    }
    Optional<HeldHtlc> held = state == InvoiceState.ACCEPTED && amount > 0
        ? Optional.of(new HeldHtlc(hash, new Msat(amount), expiry))
        : Optional.empty();
    return new OwnInvoice(hash, state, node.path("payment_request").asText(), new Msat(number(node, "value_msat")),
        Math.toIntExact(number(node, "cltv_expiry")),
        Math.addExact(number(node, "creation_date"), number(node, "expiry")), held,
        new Msat(number(node, "amt_paid_msat")), number(node, "add_index"));
  }

  static OwnPayment ownPayment(JsonNode node) {
    String status = node.path("status").asText();
    Outcome outcome = switch (status) {
      case "SUCCEEDED" ->
        new Outcome.Succeeded(Preimage.parse(node.path("payment_preimage").asText()),
            new Msat(number(node, "value_msat")), new Msat(number(node, "fee_msat")));
      case "FAILED" -> {
        String reason = node.path("failure_reason").asText();
        yield new Outcome.Failed(readable(reason), reason.equals(INCORRECT_DETAILS));
      }
      case "IN_FLIGHT", "INITIATED" -> new Outcome.InFlight();
      default -> throw new IllegalArgumentException("unknown payment status '" + status + "'");
    };
    return new OwnPayment(PaymentHash.parse(node.path("payment_hash").asText()), number(node, "payment_index"),
        outcome);
  }

  /** The payment under our id, as LND knows it. */
  static Payment payment(PaymentId id, Outcome outcome) {
    return switch (outcome) {
      case Outcome.InFlight _ -> new Payment.Pending(id);
      case Outcome.Succeeded(var preimage, var amount, var fee) -> new Payment.Sent(id, preimage, amount, fee);
      case Outcome.Failed(var reason, var released) -> new Payment.Failed(id, reason, released);
    };
  }

  private static String readable(String reason) {
    return switch (reason) {
      case INCORRECT_DETAILS -> "the payee did not take it";
      case "FAILURE_REASON_NO_ROUTE" -> "no route within the allowed fee";
      case "FAILURE_REASON_INSUFFICIENT_BALANCE" -> "too little in the channels";
      case "FAILURE_REASON_TIMEOUT" -> "no route was found in time";
      case "FAILURE_REASON_CANCELED" -> "cancelled at LND";
      default -> reason.replace("FAILURE_REASON_", "").toLowerCase(Locale.ROOT);
    };
  }

  /** @throws IllegalArgumentException if it cannot be an invoice: it becomes part of a path */
  static String checked(String bolt11) {
    String lower = bolt11.toLowerCase(Locale.ROOT);
    if (lower.length() > MAX_INVOICE_LENGTH) {
      throw new IllegalArgumentException(
          "an invoice of " + lower.length() + " characters; at most " + MAX_INVOICE_LENGTH + " are read");
    }
    if (!lower.matches("ln[a-z0-9]{8,}")) {
      throw new IllegalArgumentException("not a BOLT 11 invoice");
    }
    return lower;
  }

  /** @throws IllegalArgumentException if its numbers are absurd: whoever wrote the invoice chose them */
  static Invoice invoice(String bolt11, JsonNode node) {
    long msat = number(node, "num_msat");
    Optional<Msat> amount = msat == 0 ? Optional.empty() : Optional.of(new Msat(msat));
    String description = node.path("description_hash").asText();
    try {
      return new Invoice(bolt11, PaymentHash.parse(node.path("payment_hash").asText()), amount,
          node.path("destination").asText(), Math.addExact(number(node, "timestamp"), number(node, "expiry")),
          Math.toIntExact(number(node, "cltv_expiry")),
          description.isEmpty() ? Optional.empty() : Optional.of(description), Bolt11.cheapest(hints(node), amount));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("not a good invoice: its expiry or its final CLTV is absurd", e);
    }
  }

  private static List<List<Bolt11.Hop>> hints(JsonNode node) {
    List<List<Bolt11.Hop>> hints = new ArrayList<>();
    for (JsonNode hint : node.path("route_hints")) {
      List<Bolt11.Hop> hops = new ArrayList<>();
      for (JsonNode hop : hint.path("hop_hints")) {
        hops.add(new Bolt11.Hop(hop.path("node_id").asText(), hop.path("fee_base_msat").asLong(),
            hop.path("fee_proportional_millionths").asLong(), hop.path("cltv_expiry_delta").asInt()));
      }
      hints.add(hops);
    }
    return hints;
  }

  static ObjectNode hold(HoldRequest request) {
    return body().put("hash", base64(request.hash().bytes())).put("value_msat", Long.toString(request.amount().value()))
        .put("memo", request.description()).put("expiry", Long.toString(request.expiry().toSeconds()))
        .put("cltv_expiry", Integer.toString(request.finalCltvBlocks()))
        // Private channels are reached by hints; LND adds none where there are public ones.
        .put("private", true);
  }

  static ObjectNode send(PayRequest request) {
    return body().put("payment_request", request.bolt11().toLowerCase(Locale.ROOT))
        .put("fee_limit_msat", Long.toString(request.maxFee().value()))
        .put("timeout_seconds", Math.clamp(request.timeout().toSeconds(), 1, Integer.MAX_VALUE));
  }

  static ObjectNode hash(PaymentHash hash) {
    return body().put("payment_hash", base64(hash.bytes()));
  }

  static ObjectNode preimage(Preimage preimage) {
    return body().put("preimage", base64(preimage.bytes()));
  }

  static ObjectNode body() {
    return LndRest.JSON.createObjectNode();
  }

  /**
   * LND counts whole satoshis for each channel. What is ours when nothing is pending includes the closing fee that an
   * opener has set aside, so that it does not move with the fee rate.
   */
  static Channel channel(JsonNode node) {
    boolean opener = node.path("initiator").asBoolean();
    long fee = opener ? number(node, "commit_fee") : 0;
    long local = number(node, "local_balance");
    long remote = number(node, "remote_balance");
    long localReserve = number(node.path("local_constraints"), "chan_reserve_sat");
    long remoteReserve = number(node.path("remote_constraints"), "chan_reserve_sat");
    // What our side may have in flight is the peer's limit on what it lets us offer, and the other way round.
    long sendCap = number(node.path("local_constraints"), "max_pending_amt_msat");
    long receiveCap = number(node.path("remote_constraints"), "max_pending_amt_msat");
    return new Channel(node.path("channel_point").asText(), node.path("remote_pubkey").asText(),
        Msat.ofSat(number(node, "capacity")), Msat.ofSat(local + fee), room(local - localReserve, sendCap),
        room(remote - remoteReserve, receiveCap), node.path("active").asBoolean(),
        node.path("pending_htlcs").size());
  }

  private static Msat room(long sat, long capMsat) {
    long msat = Math.max(0, sat) * MSAT_PER_SAT;
    return new Msat(capMsat == 0 ? msat : Math.min(msat, capMsat));
  }

  /** 64-bit numbers come as text; what is zero may be left out. */
  static long number(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return 0;
    }
    if (value.isIntegralNumber()) {
      return value.asLong();
    }
    try {
      return Long.parseLong(value.asText());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(field + " is no number: " + value, e);
    }
  }

  static byte[] base64(JsonNode node, String field) {
    return Base64.getDecoder().decode(node.path(field).asText());
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** For paths and queries. */
  static String urlBase64(byte[] bytes) {
    return Base64.getUrlEncoder().encodeToString(bytes);
  }
}
