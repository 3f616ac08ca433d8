package klatch.libp2p.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Stream;
import klatch.libp2p.identify.Identify;

/**
 * Endurance under churn: one host that stays, and others that come, talk and go, some politely and some not. It ends with
 * the memory, threads and connections it began with, or exits with 1.
 *
 * <p>Arguments: seconds (default 600), peers at once (default 8), seed (default 1).
 */
public final class Soak {
  private static final String ECHO = "/klatch-test/echo/1.0.0";
  private static final int LARGEST_ECHO_BYTES = 256 * 1024;
  private static final int STREAMS_OF_A_VISIT = 8;
  /** The first visits fill the peerstore's 4,096 places and compile code; memory is compared from there. */
  private static final int WARM_UP_VISITS = 5_000;
  /** What the heap may differ by after a full collection: class data and caches of fixed size. */
  private static final long HEAP_SLACK_BYTES = 4L << 20;
  /** Threads that the collector, the compiler and the pool of carriers may add. */
  private static final int THREAD_SLACK = 4;

  private final Host host;
  private final long seed;
  private volatile long visits;

  private Soak(Host host, long seed) {
    this.host = host;
    this.seed = seed;
  }

  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 600;
    int peers = args.length > 1 ? Integer.parseInt(args[1]) : 8;
    long seed = args.length > 2 ? Long.parseLong(args[2]) : 1;
    System.exit(run(WARM_UP_VISITS, Duration.ofSeconds(seconds), peers, seed) ? 0 : 1);
  }

  /** Runs the soak; true if it ended as it began. */
  static boolean run(int warmUpVisits, Duration length, int peers, long seed) throws Exception {
    try (Host host = Host.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/127.0.0.1/tcp/0"))) {
      host.handle(ECHO, stream -> {
        stream.input().transferTo(stream.output());
        stream.closeWrite();
      });
      Soak soak = new Soak(host, seed);
      soak.churn(peers, warmUpVisits, Duration.ofDays(1));
      Footprint before = soak.footprint();
      System.out.printf(Locale.ROOT, "after %d visits to warm up: %s%n", soak.visits, before);
      soak.churn(peers, Integer.MAX_VALUE, length);
      Footprint after = soak.footprint();
      System.out.printf(Locale.ROOT, "after %,d visits in %d s:     %s%n", soak.visits, length.toSeconds(), after);
      boolean same = after.connections() == 0 && after.heapBytes() <= before.heapBytes() + HEAP_SLACK_BYTES
          && after.platformThreads() <= before.platformThreads() + THREAD_SLACK;
      System.out.println(same ? "it ended as it began" : "it did not end as it began");
      return same;
    }
  }

  /** What the process holds once nothing goes on. */
  record Footprint(long heapBytes, int platformThreads, int connections) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f MB of heap, %d platform threads, %d connections", heapBytes / 1e6,
          platformThreads, connections);
    }
  }

  private Footprint footprint() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!host.connections().isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(20);
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(100);
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return new Footprint(least, ManagementFactory.getThreadMXBean().getThreadCount(), host.connections().size());
  }

  private void churn(int peers, int most, Duration length) throws InterruptedException, ExecutionException {
    long end = System.nanoTime() + length.toNanos();
    long stopAt = visits + most;
    try (var visitors = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < peers; i++) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 1_000_003 + i);
        Callable<Object> visitor = () -> {
          while (System.nanoTime() < end && visits < stopAt) {
            visit(random);
          }
          return this;
        };
        all.add(visitors.submit(visitor));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private void visit(RandomGenerator random) throws IOException {
    try (Host visitor = Host.create(HostOptions.of(Ed25519Key.generate()))) {
      Connection connection = visitor.connect(host.listenAddresses().getFirst());
      Identify.request(connection);
      for (int i = random.nextInt(STREAMS_OF_A_VISIT); i >= 0; i--) {
        echo(connection, random);
      }
      if (random.nextInt(4) == 0) {
        connection.close();
      }
    }
    count();
  }

  private synchronized void count() {
    visits++;
  }

  /** One stream: an echo that must be exact, or one that is dropped in the middle, reset, or never read. */
  private static void echo(Connection connection, RandomGenerator random) throws IOException {
    byte[] sent = new byte[1 + random.nextInt(LARGEST_ECHO_BYTES)];
    random.nextBytes(sent);
    Stream stream = connection.open(ECHO);
    switch (random.nextInt(6)) {
      case 0 -> stream.reset();
      case 1 -> {
        stream.output().write(sent, 0, Math.min(sent.length, 1000));
        stream.close();
      }
      default -> exact(stream, sent);
    }
  }

  private static void exact(Stream stream, byte[] sent) throws IOException {
    try (stream) {
      stream.timeout(Duration.ofSeconds(30));
      Thread writer = Thread.startVirtualThread(() -> {
        try {
          stream.output().write(sent);
          stream.closeWrite();
        } catch (IOException e) {
          stream.reset();
        }
      });
      byte[] back = stream.input().readAllBytes();
      if (!Arrays.equals(sent, back)) {
        throw new Libp2pException("an echo of " + sent.length + " bytes came back as " + back.length, false);
      }
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
