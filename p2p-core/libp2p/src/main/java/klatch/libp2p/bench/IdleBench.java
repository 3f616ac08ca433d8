package klatch.libp2p.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Security;
import klatch.libp2p.identify.Ping;

/**
 * What connections cost that do nothing: one host in a process of its own, so that its memory alone is measured, and as many peers as
 * connections in this process, each with an identity of its own and identified. Then every peer pings the host, one after another. Prints
 * one line of JSON. Both processes need a file descriptor for each connection.
 *
 * <p>
 * Argument: how many connections (default 5000).
 */
public final class IdleBench {
  private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
  private static final Duration LOST = Duration.ofSeconds(60);
  /** How long nothing happens before the memory is read: what setting up left behind has been let go of then. */
  private static final Duration IDLE = Duration.ofSeconds(3);
  /** What the host's JVM is given: the collector of small programs. */
  private static final List<String> HOST_OPTIONS = List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmx256m",
      "-XX:MinHeapFreeRatio=10",
      "-XX:MaxHeapFreeRatio=20", "--enable-native-access=ALL-UNNAMED");
  private static final String ROLE_OF_HOST = "host";

  private IdleBench() {
  }

  public static void main(String[] args) throws Exception {
    if (args.length > 1 && args[1].equals(ROLE_OF_HOST)) {
      serve(Integer.parseInt(args[0]));
      return;
    }
    int connections = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
    // On a virtual thread, as applications of this library run.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      System.out.println(threads.submit(() -> measure(connections)).get());
    }
    System.exit(0);
  }

  // ---- the host ----

  /** Prints its address, then answers every line of input with what it holds; ends with the input. */
  private static void serve(int connections) throws IOException {
    Limits limits = Limits.DEFAULT.withConnections(2 * connections);
    try (Host host = Host.create(options(limits).listen(LOOPBACK));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      System.out.println(host.listenAddresses().getFirst());
      while (in.readLine() != null) {
        long live = Footprint.liveBytes();
        System.out.println(host.connections().size() + " " + live + " " + Footprint.residentBytes());
      }
    }
    System.exit(0);
  }

  private static HostOptions options(Limits limits) {
    return HostOptions.of(Ed25519Key.generate()).security(Security.NOISE).limits(limits);
  }

  /** The host's process, asked over its standard input. */
  private record Other(Process process, BufferedReader out) implements AutoCloseable {
    record Held(int connections, long liveBytes, long residentBytes) {
    }

    static Other start(int connections) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(HOST_OPTIONS);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), IdleBench.class.getName(),
          Integer.toString(connections), ROLE_OF_HOST));
      Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new Other(process, process.inputReader(StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the host's process ended");
      }
      return line;
    }

    Held held() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      String[] words = line().split(" ");
      return new Held(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  // ---- the peers ----

  /** The peers end with their process: to close thousands one after another would take minutes. */
  private static String measure(int connections)
      throws IOException, InterruptedException, MalformedMessageException {
    try (Other host = Other.start(connections)) {
      Multiaddr address = Multiaddr.parse(host.line());
      Other.Held before = host.held();
      long begun = System.nanoTime();
      List<Connection> open = connect(address, connections);
      double setupSeconds = (System.nanoTime() - begun) / 1e9;
      Thread.sleep(IDLE);
      Other.Held idle = host.held();
      double[] pings = pings(open);
      Other.Held after = host.held();
      return String.format(Locale.ROOT,
          "{\"connections\":%d,\"setups_per_s\":%.1f,\"resident_mb_before\":%.0f,\"resident_mb\":%.0f,"
              + "\"resident_mb_after_pings\":%.0f,\"live_kb_per_connection\":%.1f,\"resident_kb_per_connection\":%.1f,"
              + "\"ping_p50_ms\":%.3f,\"ping_p99_ms\":%.3f}",
          after.connections(), connections / setupSeconds, before.residentBytes() / 1e6, idle.residentBytes() / 1e6,
          after.residentBytes() / 1e6, (idle.liveBytes() - before.liveBytes()) / 1024.0 / connections,
          (idle.residentBytes() - before.residentBytes()) / 1024.0 / connections, pings[connections / 2],
          pings[connections * 99 / 100]);
    }
  }

  private static List<Connection> connect(Multiaddr address, int count) throws InterruptedException {
    CountDownLatch identified = new CountDownLatch(count);
    List<Connection> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Host peer = Host.create(options(Limits.DEFAULT));
      peer.onIdentify(_ -> identified.countDown());
      open.add(peer.connect(address));
    }
    if (!identified.await(LOST.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new Libp2pException("not all identified within " + LOST.toSeconds() + " s", false);
    }
    return open;
  }

  /** Milliseconds to open a stream, agree on ping and have the answer, sorted. */
  private static double[] pings(List<Connection> connections) {
    double[] millis = new double[connections.size()];
    for (int i = 0; i < millis.length; i++) {
      long begun = System.nanoTime();
      Ping.roundTrip(connections.get(i));
      millis[i] = (System.nanoTime() - begun) / 1e6;
    }
    Arrays.sort(millis);
    return millis;
  }
}
