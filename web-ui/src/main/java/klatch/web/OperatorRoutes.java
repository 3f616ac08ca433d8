package klatch.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.log.Bytes32;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;
import klatch.web.wire.PublicCode;

/** The routes by which an operator runs the Lightning node: payments, channels, the wallet. */
record OperatorRoutes(Supplier<ApiParts.MoneyState> money) {
  private static final int SHOWN_PAYMENTS = 200;
  private static final long DEFAULT_EXPIRY_SECONDS = 3_600;
  private static final long LONGEST_EXPIRY_SECONDS = 365L * 24 * 3_600;
  /** Longer descriptions go into a hash (BOLT 11), which nobody could read here. */
  private static final int LONGEST_DESCRIPTION = 200;
  private static final int LONGEST_TOKEN = 200;
  private static final long ALL_SAT = 21_000_000L * 100_000_000;
  private static final Msat DEFAULT_FEE = Msat.ofSat(10);
  private static final long DEFAULT_FEE_PER_CENT = 1;
  private static final Duration PAYING = Duration.ofSeconds(60);
  /** A payment that failed may be asked for again this often. */
  private static final int MOST_TRIES = 1_000;
  private static final byte[] ID_DOMAIN = "klatch operator payment".getBytes(StandardCharsets.US_ASCII);

  void addTo(Routes routes) {
    routes.post("/lightning/pay", this::pay);
    routes.post("/lightning/invoice", this::invoice);
    routes.get("/lightning/payments", _ -> new Operations.Payments(treasury().payments(SHOWN_PAYMENTS)));
    routes.get("/lightning/payments/{hash}", this::payment);
    routes.get("/channels", _ -> new Operations.Channels(
        lightning().status().channels().stream().map(NodeRoutes::channel).toList()));
    routes.post("/channels", this::open);
    routes.post("/channels/buy", this::buy);
    routes.post("/channels/{id}/close", this::close);
    routes.get("/wallet", _ -> new Operations.Balance(treasury().confirmedSat()));
    routes.get("/wallet/backup",
        _ -> new Operations.Backup(Base64.getEncoder().encodeToString(treasury().backup())));
    routes.post("/wallet/address", _ -> new Operations.Address(treasury().newAddress()));
    routes.post("/wallet/send", this::send);
  }

  private Lightning lightning() {
    return MoneyRoutes.connected(money).lightning();
  }

  private Treasury treasury() {
    return MoneyRoutes.connected(money).treasury();
  }

  private Operations.Payment pay(Call call) {
    var request = call.read(Operations.Pay.class);
    var invoice = lightning().decode(Call.required(request.bolt11(), "bolt11"));
    var amount = invoice.amount().orElseThrow(() -> PublicException.invalid("the invoice names no amount"));
    long maxFee = request.maxFeeMsat() == null
        ? DEFAULT_FEE.value() + amount.value() * DEFAULT_FEE_PER_CENT / 100
        : request.maxFeeMsat();
    if (maxFee < 0) {
      throw PublicException.invalid("the largest fee must not be negative, it is " + maxFee + " msat");
    }
    var id = firstNotFailed(invoice);
    var payment = lightning().pay(new Lightning.PayRequest(id, invoice.bolt11(), new Msat(maxFee), PAYING));
    return shown(invoice.hash().toString(), amount, payment);
  }

  /** One invoice is paid once, however often it is asked for; only after a failure another try has a name of its own. */
  private PaymentId firstNotFailed(Lightning.Invoice invoice) {
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      var id = new PaymentId(Bytes32.sha256(ByteBuffer.allocate(ID_DOMAIN.length + Bytes32.LENGTH + Integer.BYTES)
          .put(ID_DOMAIN).put(invoice.hash().bytes()).putInt(attempt).array()));
      if (!(lightning().payment(id).orElse(null) instanceof Lightning.Payment.Failed)) {
        return id;
      }
    }
    throw new PublicException(PublicCode.REFUSED, "this invoice was tried " + MOST_TRIES + " times");
  }

  private static Operations.Payment shown(String hash, Msat amount, Lightning.Payment payment) {
    return switch (payment) {
      case Lightning.Payment.Pending _ ->
        new Operations.Payment(hash, "sent", "pending", amount.value(), 0, null, null);
      case Lightning.Payment.Sent sent ->
        new Operations.Payment(hash, "sent", "done", sent.amount().value(), sent.fee().value(), null, null);
      case Lightning.Payment.Failed failed -> new Operations.Payment(hash, "sent",
          failed.released() ? "given_back" : "failed", amount.value(), 0, null, failed.reason());
    };
  }

  /** The newest line about this hash. */
  private Operations.Payment payment(Call call) {
    var hash = call.path("hash");
    return treasury().payments(SHOWN_PAYMENTS).stream().filter(payment -> hash.equals(payment.hash())).findFirst()
        .orElseThrow(
            () -> PublicException.notFound("no payment of " + Faults.cut(hash) + " among the last " + SHOWN_PAYMENTS));
  }

  private Operations.Invoice invoice(Call call) {
    var request = call.read(Operations.Ask.class);
    long amount = Call.required(request.amountMsat(), "amountMsat");
    if (amount < 1) {
      throw PublicException.invalid("the amount must be at least 1 msat, not " + amount);
    }
    var description = request.description() == null ? "" : request.description();
    if (description.length() > LONGEST_DESCRIPTION) {
      throw PublicException.invalid("the description has " + description.length() + " characters, at most "
          + LONGEST_DESCRIPTION);
    }
    long expiry = request.expirySeconds() == null ? DEFAULT_EXPIRY_SECONDS : request.expirySeconds();
    if (expiry < 1 || expiry > LONGEST_EXPIRY_SECONDS) {
      throw PublicException.invalid("the expiry must lie in 1.." + LONGEST_EXPIRY_SECONDS + " s, not " + expiry);
    }
    var invoice = lightning().invoice(new Msat(amount), description, Duration.ofSeconds(expiry));
    return new Operations.Invoice(invoice.bolt11(), invoice.hash().toString(), amount,
        invoice.expiresAtEpochSecond() * 1_000);
  }

  private Operations.Opened open(Call call) {
    var request = call.read(Operations.Open.class);
    return treasury().open(Call.required(request.peer(), "peer"),
        Call.required(request.capacitySat(), "capacitySat"), request.pushSat() == null ? 0 : request.pushSat());
  }

  private Operations.Bought buy(Call call) {
    var request = call.read(Operations.Buy.class);
    long payment = bounded(Call.required(request.paymentSat(), "paymentSat"), 1, "the payment");
    var mostFee = request.mostFeeSat() == null
        ? OptionalLong.empty()
        : OptionalLong.of(bounded(request.mostFeeSat(), 0, "the largest fee"));
    var token = Optional.ofNullable(request.token());
    if (token.isPresent() && token.get().length() > LONGEST_TOKEN) {
      throw PublicException.invalid("a token has at most " + LONGEST_TOKEN + " characters");
    }
    return treasury().buy(Call.required(request.peer(), "peer"), payment, mostFee, token);
  }

  private static long bounded(long sat, long least, String what) {
    if (sat < least || sat > ALL_SAT) {
      throw PublicException.invalid(what + " must lie in " + least + ".." + ALL_SAT + " sat, not " + sat);
    }
    return sat;
  }

  private Operations.Closing close(Call call) {
    var id = call.path("id");
    boolean force = Boolean.TRUE.equals(call.read(Operations.Close.class).force());
    NodeStatus.Channel channel = lightning().status().channels().stream().filter(one -> one.id().equals(id)).findFirst()
        .map(NodeRoutes::channel)
        .orElseThrow(() -> PublicException.notFound("no channel " + Faults.cut(id) + " on this node"));
    if (!force && channel.pendingHtlcs() > 0) {
      throw new PublicException(PublicCode.CONFLICT, channel.pendingHtlcs()
          + " payments are held or under way in this channel: it can be closed when they have ended");
    }
    treasury().close(id, force);
    return new Operations.Closing(id, force);
  }

  private Operations.Sent send(Call call) {
    var request = call.read(Operations.Send.class);
    var rate = request.feeSatPerVbyte() == null ? OptionalLong.empty() : OptionalLong.of(request.feeSatPerVbyte());
    return treasury().send(Call.required(request.address(), "address"), Call.required(request.amountSat(), "amountSat"),
        rate);
  }
}
