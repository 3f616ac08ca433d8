package klatch.libp2p.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pHost;
import klatch.libp2p.Topic;
import klatch.libp2p.gossipsub.Gossipsub;

/**
 * How many signed messages of 1 KiB a second go from one host to nine others over loopback, 64 of them on the way at any time: along a line
 * of ten, and in a full mesh of ten. Every host checks every signature. A message counts when the end of the line, or all nine, have it.
 *
 * <p>
 * Arguments: {@code line}, {@code mesh} or {@code both} (default), seconds of a round (default 8), rounds (default 3).
 */
public final class GossipBench {
  private static final int HOSTS = 10;
  private static final int WINDOW = 64;
  private static final int BYTES = 1024;
  private static final String TOPIC = "bench";
  private static final double WARM_UP_SECONDS = 6;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  /** Messages on the way are told apart by their number in a ring of this size. */
  private static final int RING = 4_096;

  private final List<Host> hosts = new ArrayList<>();
  private final List<Gossipsub> pubsubs = new ArrayList<>();
  private final Semaphore window = new Semaphore(WINDOW);
  private final AtomicIntegerArray missing = new AtomicIntegerArray(RING);
  private final int receivers;
  private int sent;

  private GossipBench(boolean mesh) throws InterruptedException {
    this.receivers = mesh ? HOSTS - 1 : 1;
    for (int i = 0; i < HOSTS; i++) {
      Ed25519Key key = Ed25519Key.generate();
      Host host = Libp2pHost.create(HostOptions.of(key).listen("/ip4/127.0.0.1/tcp/0"));
      hosts.add(host);
      pubsubs.add(Gossipsub.start(host, key));
    }
    for (int i = 1; i < HOSTS; i++) {
      boolean counts = mesh || i == HOSTS - 1;
      pubsubs.get(i).topic(TOPIC).subscribe(message -> {
        if (counts) {
          arrived(message);
        }
      });
      for (int j = mesh ? 0 : i - 1; j < i; j++) {
        hosts.get(i).connect(hosts.get(j).listenAddresses().getFirst());
      }
    }
    pubsubs.getFirst().topic(TOPIC).subscribe(message -> {
    });
    for (int i = 0; i < HOSTS; i++) {
      int neighbours = mesh ? 4 : i == 0 || i == HOSTS - 1 ? 1 : 2;
      Gossipsub pubsub = pubsubs.get(i);
      await(() -> pubsub.mesh(TOPIC).size() >= neighbours);
    }
  }

  private void arrived(Topic.Message message) {
    int slot = ByteBuffer.wrap(message.data()).getInt() % RING;
    if (missing.decrementAndGet(slot) == 0) {
      window.release();
    }
  }

  /** Messages a second of wall clock, and microseconds of processor time a message: the second does not suffer from other programs. */
  private record Speed(double perSecond, double cpuMicros) {
  }

  private Speed measure(double seconds) throws InterruptedException {
    Topic topic = pubsubs.getFirst().topic(TOPIC);
    long began = System.nanoTime();
    long cpuBegan = cpuNanos();
    int first = sent;
    while (System.nanoTime() - began < seconds * 1e9) {
      if (!window.tryAcquire(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException("a message did not arrive within 30 s");
      }
      byte[] data = new byte[BYTES];
      ByteBuffer.wrap(data).putInt(sent);
      missing.set(sent % RING, receivers);
      sent++;
      topic.publish(data);
    }
    if (!window.tryAcquire(WINDOW, PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the last messages did not arrive within 30 s");
    }
    int count = sent - first;
    double perSecond = count / ((System.nanoTime() - began) / 1e9);
    double cpuMicros = (cpuNanos() - cpuBegan) / 1e3 / count;
    window.release(WINDOW);
    return new Speed(perSecond, cpuMicros);
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the mesh did not form within 30 s");
      }
      Thread.sleep(10);
    }
  }

  private void close() {
    pubsubs.forEach(Gossipsub::close);
    hosts.forEach(Host::close);
  }

  public static void main(String[] args) throws InterruptedException {
    String which = args.length > 0 ? args[0] : "both";
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 8;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    for (String name : List.of("line", "mesh")) {
      if (which.equals(name) || which.equals("both")) {
        measureAndPrint(name, seconds, rounds);
      }
    }
  }

  private static void measureAndPrint(String name, double seconds, int rounds) throws InterruptedException {
    GossipBench bench = new GossipBench(name.equals("mesh"));
    try {
      bench.measure(WARM_UP_SECONDS);
      double[] rates = new double[rounds];
      double[] cpu = new double[rounds];
      for (int i = 0; i < rounds; i++) {
        Speed speed = bench.measure(seconds);
        rates[i] = speed.perSecond();
        cpu[i] = speed.cpuMicros();
      }
      Arrays.sort(rates);
      Arrays.sort(cpu);
      System.out.printf(Locale.ROOT,
          "%s of %d, %d B, %d on the way: %.0f / %.0f / %.0f msg/s, %.0f / %.0f / %.0f us of CPU a message "
              + "(least, median, most)%n",
          name, HOSTS, BYTES, WINDOW, rates[0], rates[rounds / 2], rates[rounds - 1], cpu[0], cpu[rounds / 2],
          cpu[rounds - 1]);
    } finally {
      bench.close();
    }
  }
}
