package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.cli.node.NodeOptions;
import klatch.cli.node.RunningNode;
import klatch.cli.node.StartRefusedException;
import klatch.lightning.Network;
import org.junit.jupiter.api.Test;

/** What {@code klatch up} understands, and what it refuses. */
final class UpTest {
  private final List<NodeOptions> started = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Commands.of(options -> {
      started.add(options);
      return new Stopped();
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }

  @Test
  void withoutOptionsItIsARegtestNodeWithoutLightningInTheHomeDirectory() {
    assertThat(run("up", "--data-dir", "/tmp/x/../y")).isZero();
    var options = started.getFirst();
    assertThat(options.dataDir()).isEqualTo(Path.of("/tmp/y"));
    assertThat(options.chain()).isEqualTo(new NodeOptions.Chain(Network.REGTEST, Optional.empty()));
    assertThat(options.storage().jdbcUrl()).isEmpty();
    assertThat(options.ports()).isEqualTo(new NodeOptions.Ports(List.of("/ip4/0.0.0.0/tcp/7440"), 0, 0));
    assertThat(options.apiFile()).isEqualTo(Path.of("/tmp/y/api.json"));
    assertThat(out.toString()).contains("Your node is up.").contains("http://127.0.0.1:1/#/in/once")
        .contains("note      something is missing");
  }

  @Test
  void everyOptionReachesTheNode() {
    assertThat(run("up", "--data-dir", "/tmp/y", "--db", "jdbc:postgresql://h/d", "--schema-prefix", "a_1", "--network",
        "REGTEST", "--bitcoind-url", "http://127.0.0.1:18443", "--bitcoind-user", "u", "--bitcoind-password", "p",
        "--listen", "/ip4/127.0.0.1/tcp/1", "--listen", "/ip4/127.0.0.1/tcp/2", "--lightning-port", "3", "--api-port",
        "4", "--nickname", "Anna", "--clock-file", "/tmp/clock", "--json")).isZero();
    assertThat(started.getFirst()).isEqualTo(new NodeOptions(Path.of("/tmp/y"),
        new NodeOptions.Storage(Optional.of("jdbc:postgresql://h/d"), "a_1"),
        new NodeOptions.Chain(Network.REGTEST,
            Optional.of(new NodeOptions.Bitcoind(URI.create("http://127.0.0.1:18443"),
                new NodeOptions.Login.Password("u", "p")))),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2"), 3, 4), Optional.of("Anna"),
        Optional.of(Path.of("/tmp/clock"))));
    assertThat(out.toString().strip())
        .isEqualTo(
            "{\"ready\":true,\"url\":\"http://127.0.0.1:1\",\"peerId\":\"12D3\",\"listen\":[\"/ip4/1.2.3.4/tcp/5\"]}");
  }

  @Test
  void anLndIsNamedByItsAddressMacaroonAndCertificate() {
    assertThat(run("up", "--lightning", "lnd", "--lnd-rest", "https://127.0.0.1:8080", "--macaroon", "/l/m", "--cert",
        "/l/c")).isZero();
    assertThat(started.getFirst().chain()).isEqualTo(new NodeOptions.Chain(Network.REGTEST, Optional.empty(),
        Optional.of(new NodeOptions.Lnd(URI.create("https://127.0.0.1:8080"), Path.of("/l/c"), Path.of("/l/m")))));
  }

  @Test
  void anEsploraServerTakesThePlaceOfABitcoind() {
    assertThat(run("up", "--network", "signet", "--esplora", "https://h.example/signet/api")).isZero();
    assertThat(started.getFirst().chain()).isEqualTo(new NodeOptions.Chain(Network.SIGNET,
        Optional.of(new NodeOptions.Esplora(URI.create("https://h.example/signet/api")))));
  }

  @Test
  void anLndThatIsHalfNamedOrNotWantedIsRefusedAsUsage() {
    assertRefused("needs --lnd-rest, --macaroon and --cert", "up", "--lightning", "lnd", "--macaroon", "m");
    assertRefused("go with --lightning lnd", "up", "--macaroon", "m");
    assertRefused("leave --bitcoind-url and --esplora out", "up", "--lightning", "lnd", "--lnd-rest",
        "https://127.0.0.1:8080",
        "--macaroon", "m", "--cert", "c", "--bitcoind-url", "http://127.0.0.1:1", "--bitcoind-user", "u",
        "--bitcoind-password", "p");
    assertRefused("needs --lnd-rest, --macaroon and --cert", "doctor", "--cert", "c");
    assertRefused("https://127.0.0.1:8080, not", "doctor", "--lnd-rest", "http://127.0.0.1:8080", "--macaroon", "m",
        "--cert", "c");
  }

  @Test
  void rapidGossipIsForTheEmbeddedNodeAndFromAPublicServerOrThisMachine() {
    String[] chain = {"--bitcoind-url", "http://127.0.0.1:1", "--bitcoind-user", "u", "--bitcoind-password", "p"};
    assertThat(run("up", chain[0], chain[1], chain[2], chain[3], chain[4], chain[5], "--rapid-gossip",
        "https://rgs.example/snapshot")).isZero();
    assertThat(started.getFirst().chain().gossip()).contains(URI.create("https://rgs.example/snapshot"));
    assertRefused("needs --bitcoind-url or --esplora", "up", "--rapid-gossip", "https://rgs.example/snapshot");
    assertRefused("https://host/path", "up", chain[0], chain[1], chain[2], chain[3], chain[4], chain[5],
        "--rapid-gossip", "http://10.0.0.1/snapshot");
  }

  @Test
  void thePasswordIsNeverShown() {
    assertThat(new NodeOptions.Login.Password("u", "secret").toString()).doesNotContain("secret");
  }

  @Test
  void realMoneyMustBeSpelledOutAndItsLimitsAreSaid() {
    assertRefused("spell it out: mainnet", "up", "--network", "bitcoin");
    assertRefused("spell it out: mainnet", "up", "--network", "main");
    assertThat(started).isEmpty();

    assertThat(run("up", "--network", "mainnet")).isZero();
    assertThat(started.getFirst().chain().network()).isEqualTo(Network.MAINNET);
    assertThat(out.toString()).contains("This is real money").contains("no more than you can lose")
        .contains("25000 sat");
    out.getBuffer().setLength(0);
    assertThat(run("up")).isZero();
    assertThat(started.getLast().chain().network()).isEqualTo(Network.REGTEST);
    assertThat(out.toString()).doesNotContain("real money");
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedAsUsage() {
    assertRefused("needs --bitcoind-user", "up", "--bitcoind-url", "http://127.0.0.1:1");
    assertRefused("needs --bitcoind-url", "up", "--bitcoind-user", "u");
    assertRefused("not both", "up", "--bitcoind-url", "http://127.0.0.1:1", "--bitcoind-user", "u",
        "--bitcoind-cookie", "/tmp/c");
    assertRefused("either --bitcoind-url or --esplora", "up", "--bitcoind-url", "http://127.0.0.1:1",
        "--bitcoind-cookie", "/tmp/c", "--esplora", "https://h/api");
    assertRefused("regtest only", "up", "--network", "signet", "--clock-file", "/tmp/c");
    assertRefused("0..65535, not 65536", "up", "--api-port", "65536");
    assertRefused("jdbc:postgresql:", "up", "--db", "jdbc:mysql://h/d");
    assertRefused("not 'Robert'); DROP'", "up", "--schema-prefix", "Robert'); DROP");
    assertThat(started).isEmpty();
  }

  private void assertRefused(String reason, String... args) {
    err.getBuffer().setLength(0);
    assertThat(run(args)).as(String.join(" ", args)).isEqualTo(2);
    assertThat(err.toString()).contains(reason);
  }

  @Test
  void aNodeThatCannotStartSaysWhyInOneLine() {
    int code = Commands.of(options -> {
      throw new StartRefusedException("port 4 is taken");
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute("up", "--json");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo("klatch: port 4 is taken");
    assertThat(out.toString().strip())
        .isEqualTo("{\"error\":{\"code\":\"unavailable\",\"message\":\"port 4 is taken\"}}");
  }

  @Test
  void aNodeThatHadToStopSaysWhyInOneLineAndFails() {
    int code = Commands.of(_ -> new Stopped() {
      @Override
      public Optional<String> failure() {
        return Optional.of("the disk is full");
      }
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute("up");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString()
        .isEqualTo(
            "klatch: the node has stopped: the disk is full. Nothing that was stored is lost; make room and start"
                + " it again");
  }

  @Test
  void aNodeThatHasTakenAnotherKeyStartsAgainWhereItsPagesWere() {
    var fresh = new ArrayList<NodeOptions>();
    int code = Commands.of(options -> {
      fresh.add(options);
      return new Stopped() {
        @Override
        public Optional<NodeOptions> again() {
          return fresh.size() == 1 ? Optional.of(options.again(4, Optional.of("Gül"), "once")) : Optional.empty();
        }
      };
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute("up", "--data-dir", "/tmp/y",
        "--lightning-port",
        "3");
    assertThat(code).isZero();
    assertThat(fresh).hasSize(2);
    var second = fresh.getLast();
    assertThat(second.ports()).isEqualTo(new NodeOptions.Ports(List.of("/ip4/0.0.0.0/tcp/7440"), 3, 4));
    assertThat(second.nickname()).contains("Gül");
    assertThat(second.pagesCode()).contains("once");
    assertThat(second.dataDir()).isEqualTo(fresh.getFirst().dataDir());
  }

  /** A node that was told to stop as soon as it ran. */
  private static class Stopped implements RunningNode {
    @Override
    public URI apiUrl() {
      return URI.create("http://127.0.0.1:1");
    }

    @Override
    public URI pagesLink() {
      return URI.create("http://127.0.0.1:1/#/in/once");
    }

    @Override
    public String peerId() {
      return "12D3";
    }

    @Override
    public List<String> listenAddresses() {
      return List.of("/ip4/1.2.3.4/tcp/5");
    }

    @Override
    public List<String> notices() {
      return List.of("something is missing");
    }

    @Override
    public void awaitStop() {}

    @Override
    public Optional<String> failure() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
