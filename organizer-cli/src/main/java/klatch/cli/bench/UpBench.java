package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import klatch.cli.Main;
import klatch.cli.terminal.ApiClient;
import klatch.cli.terminal.Json;
import klatch.log.Database;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.Folders;
import klatch.regtest.chain.RpcEndpoint;
import klatch.web.wire.NodeStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code klatch bench up}: how long {@code klatch up} takes on an existing data directory until its local API answers, and
 * until Lightning runs behind it; against a JVM that only starts the same PostgreSQL. The runs take turns.
 */
@Command(name = "up", sortOptions = false, description = "How long klatch up takes on an existing data directory, against a bare JVM with PostgreSQL.")
public final class UpBench implements Callable<Integer> {
  private static final long LIGHTNING_POLL_MILLIS = 10;
  private static final Duration LIGHTNING_PATIENCE = Duration.ofSeconds(60);
  private static final double NANOS = 1e9;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "How often; the medians count (default: ${DEFAULT-VALUE}).")
  int runs;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /** Medians in seconds from the start of the process; {@code ratio} is that of the API to the bare start. */
  @JsonPropertyOrder({"runs", "api", "lightning", "bare", "ratio"})
  record Result(int runs, double api, double lightning, double bare, double ratio) {}

  /** Seconds of one start. */
  private record Start(double api, double lightning) {}

  /** What the bare process runs: PostgreSQL in a data directory, and one line when it is ready. */
  public static final class Bare {
    private Bare() {}

    public static void main(String[] args) throws IOException {
      try (var database = Database.embedded(Path.of(args[0]), "")) {
        System.out.println("ready " + database.server().orElseThrow().isRunning());
        while (System.in.read() >= 0) {
          // Its end is the signal to stop.
        }
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    var directory = Files.createTempDirectory("klatch-bench-up");
    try (var chain = EmbeddedChain.start(InstantSource.system())) {
      up(directory, chain.rpc());
      var starts = new ArrayList<Start>();
      var bare = new ArrayList<Double>();
      for (int run = 1; run <= runs; run++) {
        bare.add(bare(directory));
        var start = up(directory, chain.rpc());
        starts.add(start);
        System.out.printf(Locale.ROOT, "run %d: API %.2f s, Lightning %.2f s; bare JVM and PostgreSQL %.2f s%n", run,
            start.api(), start.lightning(), bare.getLast());
      }
      show(new Result(runs, median(starts.stream().map(Start::api).toList()),
          median(starts.stream().map(Start::lightning).toList()), median(bare),
          median(starts.stream().map(Start::api).toList()) / median(bare)));
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
    } else {
      System.out.printf(Locale.ROOT,
          "median of %d: API %.2f s, Lightning %.2f s; bare JVM and PostgreSQL %.2f s; ratio %.2f%n", result.runs(),
          result.api(), result.lightning(), result.bare(), result.ratio());
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /** A child with the options of this JVM, which the launcher chose. */
  private static ProcessBuilder child(Class<?> main, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private static Start up(Path directory, RpcEndpoint chain) throws IOException, InterruptedException {
    var builder = child(Main.class, List.of("up", "--data-dir", directory.toString(), "--listen",
        "/ip4/127.0.0.1/tcp/0", "--bitcoind-url", chain.uri().toString(), "--bitcoind-user", chain.user(), "--json"));
    builder.environment().put("KLATCH_BITCOIND_PASSWORD", chain.password());
    long began = System.nanoTime();
    var process = builder.start();
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      awaitReady(out);
      var api = ApiClient.of(directory);
      api.get("/status", NodeStatus.class);
      double answers = (System.nanoTime() - began) / NANOS;
      while (api.get("/status", NodeStatus.class).lightning() == null) {
        if (System.nanoTime() - began > LIGHTNING_PATIENCE.toNanos()) {
          throw new IllegalStateException("Lightning does not start");
        }
        TimeUnit.MILLISECONDS.sleep(LIGHTNING_POLL_MILLIS);
      }
      return new Start(answers, (System.nanoTime() - began) / NANOS);
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  private static double bare(Path directory) throws IOException, InterruptedException {
    long began = System.nanoTime();
    var process = child(Bare.class, List.of(directory.toString())).start();
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      awaitReady(out);
      return (System.nanoTime() - began) / NANOS;
    } finally {
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  private static void awaitReady(BufferedReader out) throws IOException {
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      if (line.contains("ready")) {
        return;
      }
    }
    throw new IllegalStateException("the process ended without being ready");
  }
}
