package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import klatch.cli.terminal.ExitCode;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.Json;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelSale;
import klatch.lightning.Network;
import klatch.lightning.Seed;
import klatch.lightning.bolt11.Bolt11;
import klatch.log.Database;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.EsploraServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Lightning node run from the command line alone, against a node of somebody else, on real channels. */
@Timeout(120)
final class OperatorCommandsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(45);
  private static final long COIN_SAT = 100_000_000;
  private static final long CAPACITY_SAT = 1_000_000;
  private static final ChannelSale SALE = new ChannelSale(Msat.ofSat(1_500), 20_000, Msat.ofSat(10_000),
      Msat.ofSat(400_000), Optional.empty(), 200_000);
  private static final String BACKUP = "wallet.backup";

  @TempDir
  Path directory;
  private String who = "anna";

  private record Ran(int exitCode, String out) {
    JsonNode json() throws Exception {
      return Json.MAPPER.readTree(out.lines().reduce((_, last) -> last).orElseThrow());
    }
  }

  private Ran run(String... args) {
    var out = new StringWriter();
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data-dir", directory.resolve(who).toString()));
    int exitCode = Commands.of(_ -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString());
  }

  private JsonNode json(String... args) throws Exception {
    var all = new ArrayList<>(List.of(args));
    all.add("--json");
    var ran = run(all.toArray(String[]::new));
    assertThat(ran.exitCode()).as(ran.out()).isZero();
    return ran.json();
  }

  @Test
  void channelsAreOpenedPaidThroughAndClosedWithNothingButTheseCommands() throws Exception {
    try (Chain chain = EmbeddedChain.start(java.time.InstantSource.system());
        var esplora = EsploraServer.start(chain.rpc());
        var database = Database.embedded(directory.resolve("postgres"), "");
        var stranger = LightningNode.start("stranger", chain, database, ChannelPolicy.regtestLeaf().selling(SALE))) {
      long coins;
      try (var _ = Node.start(options(esplora, database))) {
        fundsArrive(chain);
        opensAChannel(chain, stranger);
        hearsAPriceAndBuysAChannel(stranger);
        paysAndIsPaid(stranger);
        refusesWhatMakesNoSense();
        coins = closesAndSendsItsCoins(chain);
        backsUp();
      }
      restores();
      try (var _ = Node.start(options(esplora, database))) {
        assertThat(json("wallet", "balance").required("confirmedSat").asLong()).isEqualTo(coins);
        saysWhatIsWrongWithItsChain(esplora);
      }
    }
  }

  private void backsUp() throws Exception {
    var file = directory.resolve(BACKUP).toString();
    assertThat(json("wallet", "backup", file).required("bytes").asInt()).isPositive();
    assertThat(run("wallet", "backup", file).out()).contains("exists: give another name");
  }

  /** From now on the node is another one, made of the words and the backup. */
  private void restores() throws Exception {
    var seed = Files.readString(directory.resolve(who).resolve("lightning.seed")).strip();
    var words = String.join(" ", new Seed(HexFormat.of().parseHex(seed)).words());
    who = "bert";
    assertThat(restored("not the words").exitCode()).isEqualTo(2);
    assertThat(restored(words.toUpperCase(Locale.ROOT)).out()).contains("Ready: ");
    assertThat(restored(words).out()).contains("restore into a new --data-dir");
  }

  private Ran restored(String words) {
    var in = System.in;
    System.setIn(new ByteArrayInputStream(words.getBytes(StandardCharsets.UTF_8)));
    try {
      return run("wallet", "restore", "--backup", directory.resolve(BACKUP).toString());
    } finally {
      System.setIn(in);
    }
  }

  private void saysWhatIsWrongWithItsChain(EsploraServer esplora) throws Exception {
    var good = new StringWriter();
    assertThat(doctor(good, esplora)).isZero();
    assertThat(good.toString()).contains("the Esplora server at " + esplora.uri() + " is on regtest");
    assertThat(json("status").required("lightning").path("chain").isMissingNode()).isTrue();
    assertThat(run("doctor").out()).contains("ok    chain: at block").contains("disk: ");
    esplora.close();
    Until.holds("the status says so", PATIENCE, () -> run("status").out()
        .contains("start it, or check the address; the node goes on by itself when it does"));
    assertThat(json("status").required("lightning").required("chain").asText()).contains("does not answer");
    var examined = run("doctor");
    assertThat(examined.exitCode()).isEqualTo(1);
    assertThat(examined.out()).contains("BAD   chain: ");
    var bad = new StringWriter();
    assertThat(doctor(bad, esplora)).isEqualTo(1);
    assertThat(bad.toString()).contains("BAD").contains("does not answer");
  }

  private static int doctor(StringWriter out, EsploraServer esplora) {
    return Commands.of(_ -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute("doctor", "--esplora",
        esplora.uri().toString());
  }

  private void fundsArrive(Chain chain) throws Exception {
    chain.fund(json("wallet", "address").required("address").asText(), COIN_SAT);
    chain.mine(1);
    assertThat(json("wallet", "balance").required("confirmedSat").asLong()).isEqualTo(COIN_SAT);
    assertThat(run("wallet", "balance").out()).contains("100,000,000 sat");
  }

  private void opensAChannel(Chain chain, LightningNode stranger) throws Exception {
    assertThat(run("channel", "list").out()).contains("No channels yet");
    var opened = json("channel", "open", at(stranger), Long.toString(CAPACITY_SAT), "--push-sat", "400000");
    chain.mine(ChannelPolicy.MIN_CONFIRMATIONS);
    Until.holds("the channel works", PATIENCE, () -> {
      try {
        var channels = json("channel", "list").required("channels");
        return channels.size() == 1 && channels.get(0).required("usable").asBoolean()
            && channels.get(0).required("id").asText().equals(opened.required("channel").asText())
            && stranger.lightning().status().channels().stream().allMatch(Lightning.Channel::usable);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
    assertThat(run("lightning", "info").out()).contains("channels   1").contains("balance    600,000 sat");
  }

  private void hearsAPriceAndBuysAChannel(LightningNode stranger) throws Exception {
    var peer = at(stranger);
    var price = json("channel", "buy", peer, "100000");
    assertThat(price.required("feeMsat").asLong()).isEqualTo(2_000_000);
    assertThat(price.required("arrivesMsat").asLong()).isEqualTo(98_000_000);
    assertThat(price.has("bolt11")).isFalse();
    assertThat(run("channel", "buy", peer, "100000").out()).contains("add --most-fee-sat 2000");
    assertThat(run("channel", "buy", peer, "100000", "--most-fee-sat", "1999").out()).contains("costs 2000 sat now");
    assertThat(run("channel", "buy", peer, "0").out()).contains("must lie in 1..");
    var bought = json("channel", "buy", peer, "100000", "--most-fee-sat", "2000");
    assertThat(Bolt11.read(bought.required("bolt11").asText()).amount()).contains(Msat.ofSat(100_000));
    assertThat(run("channel", "buy", peer, "100000", "--most-fee-sat", "2000").out()).contains("lnbcrt1m");
  }

  private static String at(LightningNode node) {
    var address = node.lightning().listenAddress();
    return node.nodeId() + "@" + address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private void paysAndIsPaid(LightningNode stranger) throws Exception {
    var theirs = stranger.lightning().invoice(Msat.ofSat(25_000), "bread", Duration.ofHours(1));
    var paid = json("lightning", "pay", theirs.bolt11());
    assertThat(paid.required("state").asText()).isEqualTo("done");
    assertThat(paid.required("amountMsat").asLong()).isEqualTo(25_000_000);
    assertThat(json("lightning", "pay", theirs.bolt11()).required("state").asText()).isEqualTo("done");

    var ours = json("lightning", "invoice", "7000", "--description", "wine");
    stranger.lightning().watch(_ -> {
    });
    var id = new PaymentId(SecureRandom.getSeed(32));
    stranger.lightning()
        .pay(new Lightning.PayRequest(id, ours.required("bolt11").asText(), Msat.ofSat(10), Duration.ofSeconds(30)));
    Until.holds("the stranger's payment arrives", PATIENCE,
        () -> stranger.lightning().payment(id).orElseThrow() instanceof Lightning.Payment.Sent);
    Until.holds("both payments are in the history", PATIENCE, () -> {
      try {
        return json("lightning", "payments").required("payments").size() == 2;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
    var newest = json("lightning", "payments").required("payments").get(0);
    assertThat(newest.required("direction").asText()).isEqualTo("received");
    assertThat(newest.required("hash")).isEqualTo(ours.required("hash"));
    assertThat(run("lightning", "payments").out()).contains("25,000 sat").contains("paid").contains("received");
    assertThat(json("lightning", "info").required("balanceMsat").asLong()).isEqualTo(582_000_000);
  }

  private void refusesWhatMakesNoSense() {
    assertThat(run("lightning", "pay", "lnbcrt1nonsense")).extracting(Ran::exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(run("channel", "open", "nobody", "100000").out()).contains("NODEID@HOST:PORT");
    assertThat(run("channel", "close", "abcd").out()).contains("no channel here begins with abcd");
    assertThat(run("wallet", "send", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "1000").out())
        .contains("not an address of regtest");
    assertThat(run("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "100").out())
        .contains("at least 330");
    assertThat(run("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "9999999999").out())
        .contains("the on-chain wallet has");
  }

  /** @return what is left */
  private long closesAndSendsItsCoins(Chain chain) throws Exception {
    long before = json("wallet", "balance").required("confirmedSat").asLong();
    var channel = json("channel", "list").required("channels").get(0).required("id").asText();
    assertThat(run("channel", "close", channel.substring(0, 8)).out()).contains("Closing the channel");
    Until.holds("the channel's coins are back", PATIENCE, () -> {
      chain.mine(1);
      try {
        return json("wallet", "balance").required("confirmedSat").asLong() > before + 500_000;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
    long all = json("wallet", "balance").required("confirmedSat").asLong();
    var sent = json("wallet", "send", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "40000000", "--fee-rate", "3");
    chain.mine(1);
    long left = json("wallet", "balance").required("confirmedSat").asLong();
    assertThat(left).isEqualTo(all - 40_000_000 - sent.required("feeSat").asLong());
    return left;
  }

  /** Its chain is an Esplora server; those of the other tests are bitcoinds. */
  private NodeOptions options(EsploraServer esplora, Database database) {
    return new NodeOptions(directory.resolve(who),
        new NodeOptions.Storage(Optional.of(database.urlWithLogin()), who + "_"),
        new NodeOptions.Chain(Network.REGTEST, Optional.of(new NodeOptions.Esplora(esplora.uri()))),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/0"), 0, 0), Optional.empty(), Optional.empty());
  }
}
