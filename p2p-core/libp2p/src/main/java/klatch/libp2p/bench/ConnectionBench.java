package klatch.libp2p.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Limits;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Security;
import klatch.libp2p.Stream;

/**
 * Measures connections between two hosts in this process over loopback: setups one after another with identify on both sides, the round
 * trip of a small message, the throughput of one stream. Prints one line of JSON for each round of each.
 */
public final class ConnectionBench {
  private static final String ECHO = "/klatch-bench/echo/1";
  private static final String SINK = "/klatch-bench/sink/1";
  private static final int ECHOES = 20_000;
  private static final int MESSAGE_BYTES = 32;
  private static final int WRITE_BYTES = 64 * 1024;
  private static final long PATIENCE_SECONDS = 30;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrintStream out;
  private final Security security;

  public ConnectionBench(PrintStream out, Security security) {
    this.out = out;
    this.security = security;
  }

  /** {@code [rounds] [setups] [megabytes] [noise|tls]}. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    int setups = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    int megabytes = args.length > 2 ? Integer.parseInt(args[2]) : 512;
    Security security = args.length > 3 && args[3].equals("tls") ? Security.TLS : Security.NOISE;
    ConnectionBench bench = new ConnectionBench(System.out, security);
    // On a virtual thread, as applications of this library run.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(() -> {
        for (int round = 0; round < rounds; round++) {
          bench.setups(setups);
          bench.echo(ECHOES);
          bench.throughput(megabytes);
        }
        return rounds;
      }).get();
    }
  }

  private Libp2pHost host(String... listen) {
    return Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(listen).security(security)
        .limits(Limits.DEFAULT.withConnectionsPerPeer(64)));
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Connects, waits until each side has identified the other, and closes; {@code count} times, one after another. */
  public void setups(int count) throws InterruptedException {
    BlockingQueue<Connection> identified = new LinkedBlockingQueue<>();
    try (Libp2pHost server = host("/ip4/127.0.0.1/tcp/0"); Libp2pHost client = host()) {
      server.onIdentify(identified::add);
      client.onIdentify(identified::add);
      Multiaddr address = server.listenAddresses().getFirst().withoutPeer();
      long cpu = cpuNanos();
      long started = System.nanoTime();
      for (int i = 0; i < count; i++) {
        try (Connection connection = client.connect(address)) {
          for (int side = 0; side < 2; side++) {
            if (identified.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) == null) {
              throw new IllegalStateException("not identified: " + connection);
            }
          }
        }
      }
      long taken = System.nanoTime() - started;
      out.println(String.format(Locale.ROOT,
          "{\"bench\":\"setups\",\"security\":\"%s\",\"count\":%d,\"perSecond\":%.0f,\"cpuMillisEach\":%.2f}", security,
          count, count / (taken / NANOS_PER_SECOND), (cpuNanos() - cpu) / NANOS_PER_MILLI / count));
    }
  }

  /** Sends 32 bytes and waits for them, {@code count} times on one stream. */
  public void echo(int count) throws IOException {
    try (Libp2pHost server = host("/ip4/127.0.0.1/tcp/0"); Libp2pHost client = host()) {
      server.handle(ECHO, ConnectionBench::serveEcho);
      Stream stream = client.connect(server.listenAddresses().getFirst()).open(ECHO);
      byte[] message = new byte[MESSAGE_BYTES];
      long[] nanos = new long[count];
      for (int i = 0; i < count; i++) {
        long started = System.nanoTime();
        stream.output().write(message);
        if (stream.input().readNBytes(message, 0, MESSAGE_BYTES) < MESSAGE_BYTES) {
          throw new IOException("the echo ended");
        }
        nanos[i] = System.nanoTime() - started;
      }
      Arrays.sort(nanos);
      out.println(String.format(Locale.ROOT,
          "{\"bench\":\"echo\",\"security\":\"%s\",\"count\":%d,\"p50Millis\":%.4f,\"p99Millis\":%.4f}", security,
          count,
          nanos[count / 2] / NANOS_PER_MILLI, nanos[count * 99 / 100] / NANOS_PER_MILLI));
    }
  }

  private static void serveEcho(Stream stream) throws IOException {
    byte[] buffer = new byte[WRITE_BYTES];
    InputStream in = stream.input();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      stream.output().write(buffer, 0, n);
    }
  }

  /** Sends that many megabytes (10⁶ bytes) in one direction, and waits until the other side has counted them. */
  public void throughput(int megabytes) throws IOException {
    long total = megabytes * 1_000_000L;
    try (Libp2pHost server = host("/ip4/127.0.0.1/tcp/0"); Libp2pHost client = host()) {
      server.handle(SINK, ConnectionBench::serveSink);
      Stream stream = client.connect(server.listenAddresses().getFirst()).open(SINK);
      byte[] buffer = new byte[WRITE_BYTES];
      long cpu = cpuNanos();
      long started = System.nanoTime();
      for (long sent = 0; sent < total; sent += buffer.length) {
        stream.output().write(buffer, 0, (int) Math.min(buffer.length, total - sent));
      }
      stream.closeWrite();
      long counted = new java.io.DataInputStream(stream.input()).readLong();
      long taken = System.nanoTime() - started;
      if (counted != total) {
        throw new IllegalStateException(counted + " of " + total + " bytes arrived");
      }
      out.println(String.format(Locale.ROOT,
          "{\"bench\":\"throughput\",\"security\":\"%s\",\"megabytes\":%d,\"megabytesPerSecond\":%.0f,"
              + "\"cpuSecondsPerGigabyte\":%.2f}",
          security, megabytes, megabytes / (taken / NANOS_PER_SECOND),
          (cpuNanos() - cpu) / NANOS_PER_SECOND / (megabytes / 1000.0)));
    }
  }

  private static void serveSink(Stream stream) throws IOException {
    byte[] buffer = new byte[WRITE_BYTES];
    long count = 0;
    for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
      count += n;
    }
    new java.io.DataOutputStream(stream.output()).writeLong(count);
  }
}
