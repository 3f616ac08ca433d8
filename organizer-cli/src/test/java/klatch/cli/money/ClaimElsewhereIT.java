package klatch.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.Commands;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.Json;
import klatch.commitments.DepositCodec;
import klatch.commitments.DepositMessage;
import klatch.commitments.Lightning;
import klatch.commitments.Msat;
import klatch.commitments.PaymentId;
import klatch.libp2p.MalformedMessageException;
import klatch.lightning.ChannelPolicy;
import klatch.lightning.ChannelRequest;
import klatch.lightning.Network;
import klatch.log.Arrival;
import klatch.log.Database;
import klatch.log.Entry;
import klatch.regtest.LightningNode;
import klatch.regtest.Until;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two people whose nodes have no Lightning, one wallet that pays and is paid for them, on real channels. */
@Timeout(150)
final class ClaimElsewhereIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DEPOSIT_SAT = 10_000;

  @TempDir
  Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Instant start = Instant.now().plus(24, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MINUTES);

  private record Ran(int exitCode, String out) {}

  private Ran run(String who, String... args) {
    var out = new StringWriter();
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data-dir", directory.resolve(who).toString()));
    int exitCode = Commands.of(_ -> {
      throw new AssertionError("no command but up starts a node");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(all.toArray(String[]::new));
    return new Ran(exitCode, out.toString());
  }

  private JsonNode json(String who, String... args) throws Exception {
    var all = new ArrayList<>(List.of(args));
    all.add("--json");
    var ran = run(who, all.toArray(String[]::new));
    assertThat(ran.exitCode()).as(ran.out()).isZero();
    return Json.MAPPER.readTree(ran.out().lines().reduce((_, last) -> last).orElseThrow());
  }

  private void until(String what, Callable<Boolean> holds) {
    Until.holds(what, PATIENCE, () -> {
      try {
        return holds.call();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
  }

  /** All nodes' clocks: so far before or after the beginning of the event. */
  private void clock(Duration fromStart) throws IOException {
    var offset = Duration.between(Instant.now(), start.plus(fromStart)).toMillis();
    var fresh = directory.resolve("clock.new");
    Files.writeString(fresh, Long.toString(offset));
    Files.move(fresh, directory.resolve("clock"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private NodeOptions options(String name, Database database, Optional<NodeOptions.Bitcoind> bitcoind) {
    return new NodeOptions(directory.resolve(name),
        new NodeOptions.Storage(Optional.of(database.urlWithLogin()), name + "_"),
        new NodeOptions.Chain(Network.REGTEST, bitcoind),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/0"), 0, 0), Optional.of(name),
        Optional.of(directory.resolve("clock")), bitcoind.map(_ -> new NodeOptions.Withdraw(
            NodeOptions.Withdraw.parse("127.0.0.1:0"), Optional.empty())));
  }

  @Test
  void aNodeWithoutLightningClaimsByCodeAndAudits() throws Exception {
    clock(Duration.ofHours(-20));
    try (Chain chain = EmbeddedChain.start(InstantSource.system());
        var database = Database.embedded(directory.resolve("postgres"), "");
        var wallet = LightningNode.start("wallet", chain, database, ChannelPolicy.regtestLeaf());
        var anna = Node.start(options("anna", database, Optional.of(new NodeOptions.Bitcoind(chain.rpc().uri(),
            new NodeOptions.Login.Password(chain.rpc().user(), chain.rpc().password())))));
        var ben = Node.start(options("ben", database, Optional.empty()));
        var cem = Node.start(options("cem", database, Optional.empty()))) {
      channel(chain, wallet, anna);
      var event = announced();
      clock(Duration.ofHours(-11));
      pays(wallet, ben, 1);
      pays(wallet, cem, 2);
      until("both are held", () -> json("anna", "report", event).findValuesAsText("state").equals(
          List.of("held", "held")));
      clock(Duration.ZERO);
      assertThat(run("ben", "checkin", event, "--frame", run("anna", "door", event).out().strip()).out())
          .startsWith("You are checked in.");
      assertThat(json("ben", "claim", event, "--code").required("way").asText()).isEqualTo("code");
      clock(Duration.ofMillis(9 * HOUR));
      withdraws(wallet, event);
      until("all is done", () -> json("ben", "report", event).required("done").asBoolean());
      var audit = json("ben", "audit", event);
      assertThat(audit.required("clean").asBoolean()).as(audit.toString()).isTrue();
      assertThat(audit.required("complete").asBoolean()).isTrue();
      assertThat(run("ben", "claim").out()).contains("No payout waits for you.");
      assertThat(run("ben", "lock", event).out()).contains("no Lightning node connected");
    }
  }

  private void channel(Chain chain, LightningNode wallet, Node anna) {
    wallet.lightning().watch(_ -> {
    });
    chain.fund(wallet.lightning().wallet().newAddress(), 5_000_000);
    chain.mine(1);
    var lightning = anna.money().orElseThrow().lightning();
    wallet.lightning().connect(lightning.nodeId(), "127.0.0.1", lightning.listenAddress().getPort());
    wallet.lightning().openChannels(List.of(new ChannelRequest(lightning.nodeId(), 1_000_000, Msat.ofSat(400_000))));
    chain.mine(ChannelPolicy.MIN_CONFIRMATIONS);
    until("the channel works", () -> List.of(wallet.lightning(), lightning).stream()
        .allMatch(node -> node.status().channels().size() == 1
            && node.status().channels().stream().allMatch(Lightning.Channel::usable)));
  }

  /** Ben and cem have seats. */
  private String announced() throws Exception {
    var group = json("anna", "group", "create", "Tea").required("id").asText();
    var event = json("anna", "event", "create", "First cup", "--start",
        start.toString().replace('T', ' ').substring(0, 16), "--zone", "UTC", "--deposit-sat",
        Long.toString(DEPOSIT_SAT)).required("event").asText();
    var invite = json("anna", "group", "invite", group).required("invite").asText();
    for (var who : List.of("ben", "cem")) {
      assertThat(run(who, "group", "join", invite).exitCode()).isZero();
      until(who + " sees the event", () -> run(who, "event", "show", event).exitCode() == 0);
      assertThat(run(who, "rsvp", event).exitCode()).isZero();
    }
    until("both have a seat", () -> json("anna", "event", "show", event).findValuesAsText("seat").stream()
        .filter("confirmed"::equals).count() == 2);
    return event;
  }

  /** What a page would show to the wallet: the invoice that the organiser has offered to this person. */
  private void pays(LightningNode wallet, Node person, int number) {
    until("there is an offer", () -> offer(person).isPresent());
    var id = new byte[32];
    id[0] = (byte) number;
    wallet.lightning().pay(new Lightning.PayRequest(new PaymentId(id), offer(person).orElseThrow(), Msat.ofSat(100),
        Duration.ofSeconds(60)));
  }

  private static Optional<String> offer(Node person) {
    return person.log().arrivals(0, 1_000).stream().map(Arrival::entry).flatMap(entry -> read(entry).stream())
        .filter(message -> message instanceof DepositMessage.Offer offer
            && offer.person().equals(person.meetup().self()))
        .map(message -> ((DepositMessage.Offer) message).invoice()).findFirst();
  }

  private static Optional<DepositMessage> read(Entry entry) {
    try {
      return DepositCodec.decode(entry.payloadType(), entry.payload());
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  /** The payout, then the small one of what its fee left, each by a code of its own. */
  private void withdraws(LightningNode wallet, String event) throws Exception {
    for (int round = 1; round <= 2; round++) {
      int now = round;
      until("there is a code for round " + round, () -> {
        var claim = json("ben", "claim", event);
        return claim.required("round").asInt() == now && claim.hasNonNull("code");
      });
      var offer = ask(json("ben", "claim", event).required("code").asText());
      var amount = new Msat(offer.required("maxWithdrawable").asLong());
      var before = wallet.lightning().status().balance();
      var invoice = wallet.lightning().invoice(amount, "payout", Duration.ofHours(1)).bolt11();
      var answer = ask(offer.required("callback").asText() + "?k1=" + offer.required("k1").asText() + "&pr=" + invoice);
      assertThat(answer).hasToString("{\"status\":\"OK\"}");
      Until.holds(() -> wallet.lightning().status().balance().equals(before.plus(amount)), PATIENCE,
          () -> "round " + now + ", " + amount + " on top of " + before + ", the wallet has "
              + wallet.lightning().status() + "\n" + run("anna", "lightning", "payments").out()
              + run("ben", "claim", event).out());
    }
  }

  private JsonNode ask(String url) {
    try {
      return Json.MAPPER.readTree(http.send(HttpRequest.newBuilder(URI.create(url)).build(),
          HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
