package klatch.libp2p.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Stream;
import klatch.libp2p.Topic;

/**
 * Speed, both ends in this one process over loopback: the same as the peers around other libraries measure when they are started with
 * {@code bench}, and printed as the same one line of JSON.
 *
 * <p>
 * Argument: seconds for setups and for each kind of gossip (default 4).
 */
public final class SpeedBench {
  private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
  private static final String ECHO = "/klatch-test/echo/1.0.0";
  private static final String SINK = "/klatch-test/sink/1.0.0";
  /** Code that was not compiled yet is not what is measured. */
  private static final Duration WARM_UP = Duration.ofSeconds(3);
  private static final int ECHO_BYTES = 32;
  private static final int ECHO_ROUNDS = 5_000;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final long SINK_BYTES = 512L << 20;
  private static final int GOSSIP_NODES = 10;
  private static final String GOSSIP_TOPIC = "bench";
  private static final Duration LOST = Duration.ofSeconds(20);
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private SpeedBench() {
  }

  public static void main(String[] args) throws Exception {
    Duration span = Duration.ofMillis(Math.round(1000 * (args.length > 0 ? Double.parseDouble(args[0]) : 4)));
    // On a virtual thread, as applications of this library run: what waits on a stream then waits beside what reads the socket.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      System.out.println(threads.submit(() -> measure(span)).get());
    }
    System.exit(0);
  }

  private static String measure(Duration span) throws Exception {
    double[] setups = setups(span);
    double echo = echoMillis();
    double bare = BareEcho.p50Millis(ECHO_BYTES, ECHO_ROUNDS);
    double[] stream = throughput();
    double line = gossip(span, false);
    double mesh = gossip(span, true);
    return String.format(Locale.ROOT,
        "{\"library\":\"ours\",\"setups_per_s\":%.1f,\"setup_cpu_ms\":%.3f,\"echo_p50_ms\":%.4f,\"bare_echo_p50_ms\":%.4f,"
            + "\"stream_mb_per_s\":%.1f,\"stream_cpu_s_per_gb\":%.3f,\"line_msg_per_s\":%.1f,\"mesh_msg_per_s\":%.1f}",
        setups[0], setups[1], echo, bare, stream[0], stream[1], line, mesh);
  }

  private static Host host(Ed25519Key key, String... listen) {
    return Host.create(HostOptions.of(key).listen(listen));
  }

  private static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Connections with identify, one after another: how many a second, and milliseconds of CPU for both ends. */
  private static double[] setups(Duration span) throws InterruptedException {
    try (Host server = host(Ed25519Key.generate(), LOOPBACK); Host client = host(Ed25519Key.generate())) {
      setups(server, client, WARM_UP);
      double cpu = Footprint.cpuSeconds();
      long begun = System.nanoTime();
      int count = setups(server, client, span);
      return new double[]{count / secondsSince(begun), 1000 * (Footprint.cpuSeconds() - cpu) / count};
    }
  }

  private static int setups(Host server, Host client, Duration span) throws InterruptedException {
    BlockingQueue<Connection> identified = new LinkedBlockingQueue<>();
    client.onIdentify(identified::add);
    long begun = System.nanoTime();
    int count = 0;
    while (System.nanoTime() - begun < span.toNanos()) {
      Connection connection = client.connect(server.listenAddresses().getFirst());
      Connection told = identified.poll(LOST.toMillis(), TimeUnit.MILLISECONDS);
      while (told != null && told != connection) {
        told = identified.poll(LOST.toMillis(), TimeUnit.MILLISECONDS);
      }
      if (told == null) {
        throw new Libp2pException("not identified within " + LOST.toSeconds() + " s", false);
      }
      connection.close();
      count++;
    }
    return count;
  }

  private static double echoMillis() throws IOException {
    try (Host server = host(Ed25519Key.generate(), LOOPBACK); Host client = host(Ed25519Key.generate())) {
      server.handle(ECHO, stream -> {
        byte[] buffer = new byte[CHUNK_BYTES];
        for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
          stream.output().write(buffer, 0, n);
        }
      });
      try (Stream stream = client.connect(server.listenAddresses().getFirst()).open(ECHO)) {
        byte[] bytes = new byte[ECHO_BYTES];
        long[] nanos = new long[ECHO_ROUNDS];
        for (int i = -ECHO_ROUNDS; i < ECHO_ROUNDS; i++) {
          long begun = System.nanoTime();
          stream.output().write(bytes);
          if (stream.input().readNBytes(ECHO_BYTES).length != ECHO_BYTES) {
            throw new IOException("the echo ended");
          }
          nanos[Math.max(i, 0)] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        return nanos[ECHO_ROUNDS / 2] / 1e6;
      }
    }
  }

  /** One stream in one direction: MB a second, and seconds of CPU for a GB. */
  private static double[] throughput() throws IOException {
    try (Host server = host(Ed25519Key.generate(), LOOPBACK); Host client = host(Ed25519Key.generate())) {
      server.handle(SINK, stream -> {
        byte[] buffer = new byte[CHUNK_BYTES];
        long count = 0;
        for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
          count += n;
        }
        stream.output().write(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
      });
      Connection connection = client.connect(server.listenAddresses().getFirst());
      send(connection, SINK_BYTES);
      double cpu = Footprint.cpuSeconds();
      long begun = System.nanoTime();
      send(connection, SINK_BYTES);
      return new double[]{SINK_BYTES / 1e6 / secondsSince(begun), (Footprint.cpuSeconds() - cpu) / (SINK_BYTES / 1e9)};
    }
  }

  private static void send(Connection connection, long total) throws IOException {
    try (Stream stream = connection.open(SINK)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long at = 0; at < total; at += CHUNK_BYTES) {
        stream.output().write(chunk);
      }
      stream.closeWrite();
      long count = ByteBuffer.wrap(stream.input().readNBytes(Long.BYTES)).getLong();
      if (count != total) {
        throw new IOException(count + " of " + total + " bytes arrived");
      }
    }
  }

  // ---- gossip ----

  /** Messages a second that reach all others from the first of ten nodes in a line or a full mesh, every hop verifying. */
  private static double gossip(Duration span, boolean full) throws InterruptedException {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      BlockingQueue<Topic.Message> arrived = new LinkedBlockingQueue<>();
      List<Topic> topics = new ArrayList<>();
      List<Host> hosts = new ArrayList<>();
      for (int i = 0; i < GOSSIP_NODES; i++) {
        Host host = host(Ed25519Key.generate(), LOOPBACK);
        open.addFirst(host);
        Topic topic = host.topic(GOSSIP_TOPIC);
        topic.subscribe(i == 0 ? _ -> {
        } : arrived::add);
        for (int j = 0; j < i; j++) {
          if (full || j == i - 1) {
            host.connect(hosts.get(j).listenAddresses().getFirst());
          }
        }
        hosts.add(host);
        topics.add(topic);
      }
      while (topics.stream().anyMatch(topic -> topic.peers().isEmpty())) {
        Thread.sleep(HEARTBEAT.toMillis() / 10);
      }
      // Two heartbeats more, so that the mesh has its final form.
      Thread.sleep(HEARTBEAT.multipliedBy(2));
      GossipFlow flow = new GossipFlow(topics.getFirst(), arrived, GOSSIP_NODES - 1);
      flow.run(WARM_UP);
      return flow.run(span).perSecond();
    } finally {
      closeAll(open);
    }
  }

  private static void closeAll(List<AutoCloseable> open) {
    for (AutoCloseable one : open) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
