package klatch.cli.p2p;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import klatch.libp2p.bench.IdleBench;
import klatch.libp2p.bench.ScaleBench;
import klatch.libp2p.bench.SpeedBench;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code klatch p2p bench}: our speed and that of other libraries in the same run, each in a process of its own; or what our own hosts cost
 * as they become more.
 */
@Command(name = "bench", sortOptions = false, description = {
    "Measure connections, streams and gossip, and the same of go-libp2p, js-libp2p and rust-libp2p where their toolchains are.",
    "With --scale or --idle: what our own hosts cost as they become more."})
final class P2pBench implements Callable<Integer> {
  private static final List<String> LIBRARIES = List.of("go", "js", "rust");
  /** Builds the peers around other libraries; only a checkout has it. */
  private static final Path BUILDER = Path.of("p2p-core/libp2p/src/test/stranger");
  private static final List<String> FIGURES = List.of("setups_per_s", "setup_cpu_ms", "echo_p50_ms", "bare_echo_p50_ms",
      "stream_mb_per_s", "stream_cpu_s_per_gb", "line_msg_per_s", "mesh_msg_per_s");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec
  CommandSpec spec;

  @Option(names = "--seconds", paramLabel = "S", defaultValue = "4", description = "For setups and for each kind of gossip (default: ${DEFAULT-VALUE}).")
  double seconds;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "1", description = "Of each library, in turn; the middle one of each figure counts (default: ${DEFAULT-VALUE}).")
  int runs;

  @Option(names = "--against", paramLabel = "LIBRARY", split = ",", defaultValue = "go,js,rust", description = "Which others; none for ours alone (default: ${DEFAULT-VALUE}).")
  List<String> against;

  @Option(names = "--scale", paramLabel = "PEERS", split = ",", arity = "0..1", fallbackValue = "10,100,1000", description = "Instead: setups, gossip and memory with so many of our hosts in one process (default: ${FALLBACK-VALUE}).")
  @Nullable
  List<Integer> scale;

  @Option(names = "--idle", paramLabel = "CONNECTIONS", arity = "0..1", fallbackValue = "5000", description = "Instead: the memory of a host with so many idle connections, and how soon it answers a ping on each (default: ${FALLBACK-VALUE}).")
  @Nullable
  Integer idle;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var out = spec.commandLine().getOut();
    var err = spec.commandLine().getErr();
    if (scale != null || idle != null) {
      grow(out);
      return 0;
    }
    Map<String, List<String>> commands = new TreeMap<>(java.util.Comparator.comparing(P2pBench::rank));
    commands.put("ours", ours(SpeedBench.class, Double.toString(seconds)));
    for (var library : LIBRARIES) {
      if (against.contains(library)) {
        stranger(library, err).ifPresent(command -> commands.put(library, command));
      }
    }
    Map<String, List<JsonNode>> results = new TreeMap<>(commands.keySet().stream()
        .collect(java.util.stream.Collectors.toMap(name -> name, _ -> new ArrayList<>())));
    // In turn, so that a busy minute of the machine falls on all of them.
    for (int run = 0; run < runs; run++) {
      for (var command : commands.entrySet()) {
        results.getOrDefault(command.getKey(), new ArrayList<>()).add(measure(command.getKey(), command.getValue()));
      }
    }
    print(out, commands.keySet().stream().toList(), results);
    return 0;
  }

  private static int rank(String library) {
    return library.equals("ours") ? -1 : LIBRARIES.indexOf(library);
  }

  /** A JVM of its own: the one that runs commands is set up to start fast, not to run fast. */
  private static List<String> ours(Class<?> program, String... arguments) {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseParallelGC", "-Xmx2g", "--enable-native-access=ALL-UNNAMED", "-cp",
        System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Each number of hosts in a process of its own; prints the figures as rows. */
  private void grow(PrintWriter out) throws IOException, InterruptedException {
    List<JsonNode> columns = new ArrayList<>();
    if (idle != null) {
      columns.add(measure("idle connections", ours(IdleBench.class, idle.toString())));
    }
    if (scale != null) {
      for (var peers : scale) {
        columns.add(measure(peers + " hosts", ours(ScaleBench.class, peers.toString(), Double.toString(seconds))));
      }
    }
    columns.stream().flatMap(column -> column.propertyStream().map(Map.Entry::getKey)).distinct().forEach(figure -> {
      var row = new StringBuilder(String.format(Locale.ROOT, "%-28s", figure));
      columns.forEach(column -> row.append(String.format(Locale.ROOT, "%14s", column.path(figure).asText("-"))));
      out.println(row);
    });
    if (json) {
      out.println(klatch.cli.terminal.Json.line(columns));
    }
    out.flush();
  }

  private Optional<List<String>> stranger(String library, PrintWriter err)
      throws IOException, InterruptedException {
    var builder = builder();
    if (builder.isEmpty()) {
      err.println("klatch: without " + library + "-libp2p: its peer is built from a checkout only");
      return Optional.empty();
    }
    var process = new ProcessBuilder(builder.get().toString(), library)
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    var lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    if (process.waitFor() != 0) {
      err.println("klatch: without " + library + "-libp2p: " + String.join(" ", lines));
      err.flush();
      return Optional.empty();
    }
    var command = new ArrayList<>(lines);
    command.addAll(List.of("bench", Double.toString(seconds)));
    return Optional.of(command);
  }

  private static Optional<Path> builder() {
    try {
      var here = Path.of(P2pBench.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      for (var folder = here; folder != null; folder = folder.getParent()) {
        if (Files.isExecutable(folder.resolve(BUILDER))) {
          return Optional.of(folder.resolve(BUILDER));
        }
      }
      return Optional.empty();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode measure(String name, List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    var line = process.inputReader(StandardCharsets.UTF_8).lines().reduce((_, last) -> last).orElse("");
    if (process.waitFor() != 0 || line.isEmpty()) {
      throw new IOException("measuring " + name + " failed");
    }
    return JSON.readTree(line);
  }

  /** The middle one of all runs; absent if that library does not measure it. */
  private static Optional<Double> middle(List<JsonNode> runs, String figure) {
    var values = runs.stream().filter(run -> run.path(figure).isNumber()).map(run -> run.get(figure).asDouble())
        .sorted().toList();
    return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() / 2));
  }

  private void print(PrintWriter out, List<String> names, Map<String, List<JsonNode>> results) {
    var row = new StringBuilder(String.format(Locale.ROOT, "%-22s", ""));
    names.forEach(name -> row.append(String.format(Locale.ROOT, "%20s", name)));
    out.println(row);
    Map<String, Map<String, Double>> figures = new TreeMap<>();
    for (var figure : FIGURES) {
      var cells = new StringBuilder(String.format(Locale.ROOT, "%-22s", figure));
      var ours = middle(results.getOrDefault("ours", List.of()), figure);
      for (var name : names) {
        var value = middle(results.getOrDefault(name, List.of()), figure);
        value.ifPresent(v -> figures.computeIfAbsent(name, _ -> new TreeMap<>()).put(figure, v));
        var ratio = name.equals("ours") || ours.isEmpty() || value.isEmpty()
            ? ""
            : String.format(Locale.ROOT, " (%.2f x)", ours.get() / value.get());
        cells.append(String.format(Locale.ROOT, "%20s",
            value.map(v -> String.format(Locale.ROOT, v < 10 ? "%.3f" : "%.0f", v)).orElse("-") + ratio));
      }
      out.println(cells);
    }
    out.println("In brackets: ours divided by theirs.");
    if (json) {
      out.println(klatch.cli.terminal.Json.line(figures));
    }
    out.flush();
  }
}
