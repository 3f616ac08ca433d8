package klatch.cli.regtest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.node.ChainKind;
import klatch.cli.terminal.Json;
import klatch.regtest.network.NetworkPlan;
import klatch.regtest.playground.Playground;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch regtest up}: nodes, channels, a faucet and a page, until Ctrl-C. */
@Command(name = "up", sortOptions = false, description = "A playground: Lightning nodes with funded channels, a faucet, and a page that shows balances and HTLCs, until Ctrl-C.")
final class PlaygroundUp implements Callable<Integer> {
  private static final List<String> NAMES = List.of("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi",
      "ivan", "judy", "mallory", "niaj", "olivia", "peggy", "rupert");

  @Spec
  CommandSpec spec;

  @Option(names = "--nodes", paramLabel = "N", defaultValue = "4", description = "A router, and so many others less one (default: ${DEFAULT-VALUE}).")
  int nodes;

  @Option(names = "--chain", paramLabel = "CHAIN", defaultValue = "embedded", description = "embedded or bitcoind (default: ${DEFAULT-VALUE}).")
  ChainKind chain;

  @Option(names = "--json", description = "Print where it is as one JSON object.")
  boolean json;

  /** What the one line says. */
  record Where(String page, String rpc, String rpcUser, String rpcPassword) {}

  @Override
  public Integer call() throws InterruptedException {
    if (nodes < 2 || nodes > NAMES.size() + 1) {
      throw new ParameterException(spec.commandLine(), "--nodes is 2 to " + (NAMES.size() + 1) + ", not " + nodes);
    }
    var leaves = new ArrayList<>(NAMES.subList(0, nodes - 1));
    var plan = NetworkPlan.star("router", leaves.toArray(String[]::new));
    var network = plan.on(chain::start).start();
    var playground = new Playground(network);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
      playground.close();
      network.close();
    }));
    var rpc = network.chain().rpc();
    var where = new Where(playground.address().toString(), rpc.uri().toString(), rpc.user(), rpc.password());
    if (json) {
      System.out.println(Json.line(where));
    } else {
      System.out.printf("The playground: %s%nbitcoind's JSON-RPC: %s, user %s, password %s%nIt runs until Ctrl-C.%n",
          where.page(), where.rpc(), where.rpcUser(), where.rpcPassword());
    }
    System.out.flush();
    Thread.currentThread().join();
    return 0;
  }
}
