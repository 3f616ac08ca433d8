package klatch.libp2p.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Topic;

/**
 * What work costs with more peers: so many hosts in this one process, each connected over loopback with three others drawn at random before
 * it (a fixed seed), all in one GossipSub topic; messages of 1 KiB from the first, 64 on their way at once, every host checking every
 * signature. Messages a second are deliveries divided by the receivers, because in a short time the 64 may all still be on their way to
 * some. Prints one line of JSON.
 *
 * <p>
 * Arguments: how many hosts (default 10), seconds of gossip (default 5).
 */
public final class ScaleBench {
  private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
  private static final String TOPIC = "bench";
  private static final int DIALS = 3;
  private static final long SEED = 1;
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration LOST = Duration.ofSeconds(60);
  /** Code that was not compiled yet is not what is measured. */
  private static final int WARM_UP_SETUPS = 300;
  private static final Duration IDLE = Duration.ofSeconds(3);

  private final List<Host> hosts = new ArrayList<>();
  private final List<Topic> topics = new ArrayList<>();
  private final BlockingQueue<Topic.Message> arrived = new LinkedBlockingQueue<>();

  private ScaleBench() {
  }

  public static void main(String[] args) throws Exception {
    int peers = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 5;
    if (peers < 2) {
      throw new IllegalArgumentException(peers + " hosts, at least 2");
    }
    // On a virtual thread, as applications of this library run.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      System.out.println(
          threads.submit(() -> new ScaleBench().measure(peers, Duration.ofMillis(Math.round(1000 * seconds)))).get());
    }
    System.exit(0);
  }

  private String measure(int peers, Duration span) throws IOException, InterruptedException {
    warmUp();
    Thread.sleep(HEARTBEAT);
    long liveBefore = Footprint.liveBytes();
    for (int i = 0; i < peers; i++) {
      hosts.add(host());
    }
    double cpu = Footprint.cpuSeconds();
    long begun = System.nanoTime();
    int connections = connect();
    double setupSeconds = (System.nanoTime() - begun) / 1e9;
    double setupCpu = Footprint.cpuSeconds() - cpu;
    join();
    double idleCpu = idleCpu();
    long live = Footprint.liveBytes();
    long resident = Footprint.residentBytes();
    GossipFlow flow = new GossipFlow(topics.getFirst(), arrived, peers - 1);
    flow.run(span.dividedBy(2));
    cpu = Footprint.cpuSeconds();
    GossipFlow.Speed speed = flow.run(span);
    double gossipCpu = Footprint.cpuSeconds() - cpu;
    double deliveries = speed.deliveries() * 1e9 / span.toNanos();
    return String.format(Locale.ROOT,
        "{\"peers\":%d,\"connections\":%d,\"setups_per_s\":%.1f,\"setup_cpu_ms\":%.3f,\"live_kb_per_peer\":%.1f,"
            + "\"resident_mb\":%.0f,\"idle_cpu_ms_per_s\":%.1f,\"gossip_msg_per_s\":%.1f,"
            + "\"gossip_deliveries_per_s\":%.0f,\"gossip_cpu_us_per_delivery\":%.1f}",
        peers, connections, connections / setupSeconds, 1000 * setupCpu / connections,
        (live - liveBefore) / 1024.0 / peers, resident / 1e6, idleCpu, deliveries / (peers - 1),
        deliveries, 1e6 * gossipCpu / speed.deliveries());
  }

  private static void warmUp() throws InterruptedException {
    BlockingQueue<Connection> identified = new LinkedBlockingQueue<>();
    try (Host server = host(); Host client = host()) {
      client.onIdentify(identified::add);
      for (int i = 0; i < WARM_UP_SETUPS; i++) {
        try (Connection _ = client.connect(server.listenAddresses().getFirst())) {
          if (identified.poll(LOST.toMillis(), TimeUnit.MILLISECONDS) == null) {
            throw new Libp2pException("not identified within " + LOST.toSeconds() + " s", false);
          }
        }
      }
    }
  }

  private static Host host() {
    return Host.create(HostOptions.of(Ed25519Key.generate()).listen(LOOPBACK));
  }

  /** Each host with some of those before it, one after another; ends when both ends of all have been identified. */
  private int connect() throws InterruptedException {
    Random random = new Random(SEED);
    List<List<Integer>> dialled = new ArrayList<>();
    for (int i = 0; i < hosts.size(); i++) {
      dialled.add(i == 0 ? List.of() : random.ints(0, i).distinct().limit(Math.min(DIALS, i)).boxed().toList());
    }
    int connections = dialled.stream().mapToInt(List::size).sum();
    CountDownLatch told = new CountDownLatch(2 * connections);
    hosts.forEach(host -> host.onIdentify(_ -> told.countDown()));
    for (int i = 0; i < hosts.size(); i++) {
      for (int other : dialled.get(i)) {
        hosts.get(i).connect(hosts.get(other).listenAddresses().getFirst());
      }
    }
    if (!told.await(LOST.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new Libp2pException("not all identified within " + LOST.toSeconds() + " s", false);
    }
    return connections;
  }

  private void join() throws InterruptedException {
    for (Host host : hosts) {
      Topic topic = host.topic(TOPIC);
      topic.subscribe(topics.isEmpty() ? _ -> {
      } : arrived::add);
      topics.add(topic);
    }
    while (topics.stream().anyMatch(topic -> topic.peers().isEmpty())) {
      Thread.sleep(HEARTBEAT.toMillis() / 10);
    }
    // Some heartbeats more, so that the mesh has its final form and everybody has been told of it.
    Thread.sleep(HEARTBEAT.multipliedBy(4));
  }

  /** Milliseconds of processor time a second for all the hosts while nothing is sent. */
  private static double idleCpu() throws InterruptedException {
    double cpu = Footprint.cpuSeconds();
    long begun = System.nanoTime();
    Thread.sleep(IDLE);
    return 1000 * (Footprint.cpuSeconds() - cpu) / ((System.nanoTime() - begun) / 1e9);
  }
}
