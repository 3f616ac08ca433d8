package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import javax.sql.DataSource;
import klatch.commitments.Msat;
import klatch.commitments.journal.PostgresGroupCommit;
import klatch.log.Database;
import klatch.regtest.LndNode;

/** A real LND, and our side of it with its own schema and journal; each can be ended and started again without the other. */
final class LndTestNode implements AutoCloseable {
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(10);
  /** BOLT 9: what an invoice's payee understands, said by number. */
  private static final int FEATURE_TLV_ONION = 9;
  private static final int FEATURE_PAYMENT_SECRET = 15;

  private final LndNode node;
  private final DataSource money;
  private final Path macaroon;
  private PostgresGroupCommit commits;
  private LndLightning lightning;

  LndTestNode(LndNode node, Database database) {
    this.node = node;
    this.money = database.withPrefix(node.name() + "_").dataSource("money");
    this.macaroon = node.bakeMacaroon();
    this.commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    this.lightning = LndLightning.start(node.config(macaroon), commits, money);
  }

  LndNode node() {
    return node;
  }

  LndConfig config() {
    return node.config(macaroon);
  }

  LndLightning lightning() {
    return lightning;
  }

  /** Ends our side. */
  void stop() {
    lightning.close();
    commits.close();
  }

  LndLightning start() {
    return startWith(config());
  }

  /** Starts our side of this node on whatever LND is named. */
  LndLightning startWith(LndConfig config) {
    commits = PostgresGroupCommit.open(money, LOCK_PATIENCE);
    try {
      lightning = LndLightning.start(config, commits, money);
    } catch (RuntimeException e) {
      commits.close();
      throw e;
    }
    return lightning;
  }

  LndLightning restart() {
    stop();
    return start();
  }

  /** Sends another amount than an invoice asks for, as a careless wallet would. @return what becomes of the payment */
  LndStream payAnotherAmount(String bolt11, Msat amount) {
    JsonNode invoice = node.admin().get("/v1/payreq/" + bolt11);
    ObjectNode body = LndMessages.body().put("dest", hexAsBase64(invoice.path("destination")))
        .put("payment_hash", hexAsBase64(invoice.path("payment_hash"))).put("amt_msat", Long.toString(amount.value()))
        .put("payment_addr", invoice.path("payment_addr").asText())
        .put("final_cltv_delta", invoice.path("cltv_expiry").asInt())
        .put("fee_limit_msat", "20000").put("timeout_seconds", LOCK_PATIENCE.toSeconds());
    body.set("route_hints", invoice.path("route_hints"));
    body.putArray("dest_features").add(FEATURE_TLV_ONION).add(FEATURE_PAYMENT_SECRET);
    return node.admin().postStream("/v2/router/send", body);
  }

  private static String hexAsBase64(JsonNode hex) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex.asText()));
  }

  /** Kills LND under our side, and starts it again. */
  void killLnd() {
    node.kill();
    node.startAgain();
  }

  @Override
  public void close() {
    stop();
    node.close();
  }
}
