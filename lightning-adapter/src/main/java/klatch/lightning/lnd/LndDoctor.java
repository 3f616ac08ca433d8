package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Msat;

/**
 * Examines an LND without changing anything at it: rights are tried with requests that LND must refuse for what they ask,
 * so that the only question is whether it refuses for want of a right.
 */
public final class LndDoctor {
  /** The oldest LND that makes a second invoice on a hash and answers every call that is made here. */
  private static final int OLDEST_MINOR = 20;

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

  /** Too short for a hash: LND refuses it before it does anything. */
  private static final byte[] NO_HASH = {0};

  private static final String ZERO_HASH = "00".repeat(32);

  public enum Verdict {
    GOOD, DOUBTFUL, BAD
  }

  /** @param words what was found, and what to do about it unless it is good */
  public record Finding(Verdict verdict, String what, String words) {}

  private final LndConfig config;
  private final LndRest rest;
  private final List<Finding> findings = new ArrayList<>();

  private LndDoctor(LndConfig config, LndRest rest) {
    this.config = config;
    this.rest = rest;
  }

  /** Looks at everything that deposits need; what depends on something that is bad is not looked at. */
  public static List<Finding> examine(LndConfig config) {
    try (LndRest rest = new LndRest(config)) {
      LndDoctor doctor = new LndDoctor(config, rest);
      doctor.examineAll();
      return List.copyOf(doctor.findings);
    } catch (LndException e) {
      return List.of(new Finding(Verdict.BAD, "files", e.trouble().message()));
    }
  }

  private void examineAll() {
    JsonNode info;
    try {
      info = LndPulse.info(rest);
    } catch (LndException e) {
      findings.add(new Finding(Verdict.BAD, area(e.trouble()), e.trouble().message()));
      return;
    }
    good("certificate", "the pinned one, " + config.certificate());
    good("node", info.path("alias").asText() + ", " + info.path("identity_pubkey").asText());
    version(info.path("version").asText());
    network(info);
    if (info.path("synced_to_chain").asBoolean()) {
      good("chain", "synced, at block " + info.path("block_height").asInt());
    } else {
      bad("chain", new LndTrouble.Syncing(info.path("block_height").asInt()).message());
    }
    rights();
    channels();
  }

  private static String area(LndTrouble trouble) {
    return switch (trouble) {
      case LndTrouble.CertificateChanged _ -> "certificate";
      case LndTrouble.MacaroonRefused _,LndTrouble.PermissionDenied _ -> "macaroon";
      case LndTrouble.Locked _,LndTrouble.NoWallet _ -> "wallet";
      default -> "connection";
    };
  }

  private void version(String version) {
    Matcher parts = VERSION.matcher(version);
    boolean known = parts.matches();
    boolean young = known && (Integer.parseInt(parts.group(1)) > 0 || Integer.parseInt(parts.group(2)) >= OLDEST_MINOR);
    if (young) {
      good("version", version);
    } else {
      bad("version", "LND 0." + OLDEST_MINOR + " or later is needed, this is " + version);
    }
  }

  private void network(JsonNode info) {
    try {
      LndLightning.checkNetwork(config, info);
      good("network", config.network().label());
    } catch (LndException e) {
      bad("network", e.trouble().message());
    }
  }

  private void rights() {
    List<String> missing = new ArrayList<>();
    for (LndPermission permission : LndPermission.values()) {
      if (!allowed(() -> attempt(permission))) {
        missing.add(permission.uri());
      }
    }
    if (!missing.isEmpty()) {
      bad("macaroon", "it does not allow " + String.join(" ", missing));
    } else if (allowed(() -> rest.get("/v1/macaroon/ids"))) {
      findings.add(new Finding(Verdict.DOUBTFUL, "macaroon",
          "it may do everything, even spend your coins: bake a smaller one"));
    } else {
      good("macaroon", "it allows all " + LndPermission.values().length + " calls that are needed");
    }
  }

  private static boolean allowed(Runnable attempt) {
    try {
      attempt.run();
      return true;
    } catch (LndException e) {
      return e.trouble() instanceof LndTrouble.Refused;
    }
  }

  private void attempt(LndPermission permission) {
    String shortHash = LndMessages.urlBase64(NO_HASH);
    switch (permission) {
      case GET_INFO -> rest.get("/v1/getinfo");
      case LIST_CHANNELS -> rest.get("/v1/channels");
      case CHANNEL_BALANCE -> rest.get("/v1/balance/channels");
      case ADD_INVOICE -> rest.post("/v1/invoices", LndMessages.body().put("r_preimage", shortHash));
      case LIST_INVOICES -> rest.get("/v1/invoices?num_max_invoices=1");
      case DELETE_CANCELED_INVOICE -> rest.delete("/v1/invoices?invoice_hash=" + ZERO_HASH);
      case DECODE -> rest.get("/v1/payreq/none");
      case QUERY_ROUTES -> rest.post("/v1/graph/routes/none/0", LndMessages.body());
      case ADD_HOLD_INVOICE -> rest.post("/v2/invoices/hodl", LndMessages.body().put("hash", shortHash));
      case SUBSCRIBE_INVOICE -> rest.getStream("/v2/invoices/subscribe/" + shortHash).close();
      case LOOKUP_INVOICE -> rest.get("/v2/invoices/lookup?payment_hash=" + shortHash);
      case SETTLE_INVOICE -> rest.post("/v2/invoices/settle", LndMessages.body().put("preimage", shortHash));
      case CANCEL_INVOICE -> rest.post("/v2/invoices/cancel", LndMessages.body().put("payment_hash", shortHash));
      case SEND_PAYMENT ->
        rest.postStream("/v2/router/send", LndMessages.body().put("payment_request", "none").put("timeout_seconds", 1))
            .close();
      case TRACK_PAYMENT -> rest.getStream("/v2/router/track/" + shortHash).close();
    }
  }

  private void channels() {
    List<Channel> channels = new ArrayList<>();
    try {
      rest.get("/v1/channels").path("channels").forEach(node -> channels.add(LndMessages.channel(node)));
    } catch (LndException e) {
      bad("channels", e.trouble().message());
      return;
    }
    List<Channel> usable = channels.stream().filter(Channel::usable).toList();
    if (usable.isEmpty()) {
      bad("channels", channels.isEmpty()
          ? "none: open one, and get inbound liquidity"
          : "none of " + channels.size() + " is active: are the peers online?");
      return;
    }
    good("channels", usable.size() + " of " + channels.size() + " active");
    Optional<Msat> room = usable.stream().map(Channel::canReceive).reduce(Msat::plus).filter(r -> r.value() > 0);
    if (room.isPresent()) {
      good("inbound", String.format(Locale.ROOT, "deposits of up to %,d sat together", room.get().value() / 1_000));
    } else {
      bad("inbound", "no channel can receive anything: get inbound liquidity (somebody opens a channel to you, or spend"
          + " from yours)");
    }
  }

  private void good(String what, String words) {
    findings.add(new Finding(Verdict.GOOD, what, words));
  }

  private void bad(String what, String words) {
    findings.add(new Finding(Verdict.BAD, what, words));
  }
}
