package klatch.cli.p2p;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import klatch.libp2p.Connection;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.ProtocolNotSupportedException;
import klatch.libp2p.Stream;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.kad.KadOptions;
import klatch.libp2p.kad.Kademlia;
import klatch.libp2p.relay.CircuitRelay;
import org.jspecify.annotations.Nullable;

/** Checks a peer of any kind, one thing after another. */
final class StrangerChecks {
  private static final String UNKNOWN = "/klatch-test/nobody-speaks-this/1.0.0";
  private static final int MANY_STREAMS = 200;
  private static final int TEN_MEGABYTES = 10_000_000;
  /** For one check; a slow mobile network passes ten megabytes within it. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  /** Until a peer has told us its topics, taken us into its table, or answered a message. */
  private static final Duration SETTLING = Duration.ofSeconds(15);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final String CIRCUIT = "/p2p-circuit/p2p/";
  /** Public relays pass 128 KiB each way. */
  private static final int RELAYED_BYTES = 64 * 1024;
  /** The other peer of ours, whom the stranger is asked for, is reached by the way we reach the stranger. */
  private static final String ANY_TCP = "/ip4/0.0.0.0/tcp/0";

  private final Multiaddr address;
  private final @Nullable String topic;
  private final Consumer<Check> out;
  private boolean failed;

  StrangerChecks(Multiaddr address, @Nullable String topic, Consumer<Check> out) {
    this.address = address;
    this.topic = topic;
    this.out = out;
  }

  /** Tries all; true if none failed. */
  boolean run() throws InterruptedException {
    try (var us = ServingPeer.start(List.of(ANY_TCP))) {
      if (!check("connect", () -> us.host().connect(address))) {
        return false;
      }
      var connection = us.host().connections().getFirst();
      // The host asks by itself, and some peers bear only one question at a time.
      check("identify",
          () -> require(eventually(() -> connection.description().isPresent()), "it does not say what it is"));
      check("ping", () -> Ping.roundTrip(connection));
      var protocols = connection.description().map(PeerDescription::protocols).orElse(List.of());
      streams(connection, protocols);
      check("gossip both ways", () -> gossip(us, connection.remotePeer()));
      check("find peer", () -> findPeer(us, connection, protocols));
      check("relay", () -> relay(us, connection, protocols));
    }
    return !failed;
  }

  private boolean check(String name, Check.Trial trial) throws InterruptedException {
    var check = Check.of(name, trial);
    out.accept(check);
    failed |= check.failed();
    return !check.failed();
  }

  private static void require(boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(otherwise);
    }
  }

  private static void needs(List<String> protocols, String protocol) throws Check.SkippedException {
    if (!protocols.contains(protocol)) {
      throw new Check.SkippedException("it does not serve " + protocol);
    }
  }

  private void streams(Connection connection, List<String> protocols) throws InterruptedException {
    echo("echo of 1 B", connection, protocols, 1);
    echo("echo of 64 KiB", connection, protocols, 64 * 1024);
    echo("echo of 10 MB", connection, protocols, TEN_MEGABYTES);
    check(MANY_STREAMS + " streams at once", () -> {
      needs(protocols, ServingPeer.ECHO);
      manyStreams(connection);
    });
    check("reset", () -> {
      needs(protocols, ServingPeer.ECHO);
      var stream = connection.open(ServingPeer.ECHO);
      stream.output().write(1);
      stream.reset();
      require(connection.isOpen(), "the connection ended with the stream");
      roundTrip(connection, bytes(1));
    });
    check("unknown protocol", () -> {
      try (var stream = connection.open(UNKNOWN)) {
        throw new IOException("it accepted " + stream.protocol());
      } catch (ProtocolNotSupportedException e) {
        require(connection.isOpen(), "the connection ended: " + e.getMessage());
      }
    });
  }

  private void echo(String name, Connection connection, List<String> protocols, int bytes)
      throws InterruptedException {
    check(name, () -> {
      needs(protocols, ServingPeer.ECHO);
      roundTrip(connection, bytes(bytes));
    });
  }

  private static byte[] bytes(int count) {
    var bytes = new byte[count];
    RandomGenerator.getDefault().nextBytes(bytes);
    return bytes;
  }

  /** Writes and reads at the same time, as the windows of both sides demand for much. */
  private static void roundTrip(Connection connection, byte[] sent) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        var stream = connection.open(ServingPeer.ECHO)) {
      stream.timeout(PATIENCE);
      var writing = threads.submit(() -> write(stream, sent));
      try {
        var back = stream.input().readAllBytes();
        require(Arrays.equals(back, sent), "it sent back " + back.length + " bytes that are not the " + sent.length
            + " it was sent");
        within(writing);
      } catch (Exception e) {
        stream.reset();
        throw e;
      }
    }
  }

  private static boolean write(Stream stream, byte[] bytes) throws IOException {
    stream.output().write(bytes);
    stream.closeWrite();
    return true;
  }

  private static <T> T within(Future<T> result) throws Exception {
    try {
      return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new IOException("nothing came for " + PATIENCE.toSeconds() + " s", e);
    }
  }

  private static void manyStreams(Connection connection) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Boolean> one = () -> {
        roundTrip(connection, bytes(1000));
        return true;
      };
      var all = java.util.stream.Stream.generate(() -> one).limit(MANY_STREAMS).map(threads::submit).toList();
      for (var result : all) {
        within(result);
      }
    }
  }

  private void gossip(ServingPeer us, PeerId peer) throws Exception {
    if (topic == null) {
      throw new Check.SkippedException("no --topic");
    }
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    var joined = us.topic(topic);
    joined.subscribe(message -> {
      if (message.author().filter(peer::equals).isPresent()) {
        answers.add(new String(message.data(), StandardCharsets.UTF_8));
      }
    });
    require(eventually(() -> joined.peers().contains(peer)), "it has not joined " + topic);
    var text = "hello " + Long.toHexString(RandomGenerator.getDefault().nextLong());
    joined.publish(text.getBytes(StandardCharsets.UTF_8));
    long until = System.nanoTime() + SETTLING.toNanos();
    while (true) {
      var answer = answers.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      require(answer != null, "no " + ServingPeer.ANSWER_PREFIX + text + " within " + SETTLING.toSeconds() + " s");
      if (answer.equals(ServingPeer.ANSWER_PREFIX + text)) {
        return;
      }
    }
  }

  /** Where it listens, with its peer id, which the person may have left out. */
  private Multiaddr addressOf(Connection connection) {
    return address.withoutPeer().withPeer(connection.remotePeer());
  }

  /** A second peer of ours connects to the stranger; the first one then asks the stranger where the second is. */
  private void findPeer(ServingPeer us, Connection connection, List<String> protocols) throws Exception {
    var protocol = protocols.stream().filter(p -> p.endsWith("/kad/1.0.0")).findFirst()
        .orElseThrow(() -> new Check.SkippedException("it serves no Kademlia"));
    var options = KadOptions.DEFAULT.protocol(protocol);
    try (var other = ServingPeer.start(List.of(ANY_TCP));
        var served = Kademlia.start(other.host(), options);
        var asking = Kademlia.start(us.host(), options.server(false))) {
      served.bootstrap(List.of(addressOf(connection)));
      asking.bootstrap(List.of(addressOf(connection)));
      require(eventually(() -> asking.findPeer(other.host().id()).isPresent()),
          "it does not tell of a peer that is connected to it");
    }
  }

  /** A second peer of ours takes a place at the stranger, and the first one reaches it there. */
  private void relay(ServingPeer us, Connection connection, List<String> protocols) throws Exception {
    needs(protocols, CircuitRelay.PROTOCOL);
    var at = addressOf(connection);
    try (var hidden = ServingPeer.start(List.of()); var place = hidden.reserve(at)) {
      require(place.relay().equals(connection.remotePeer()), "it gave a place at " + place.relay());
      var relayed = us.host().connect(Multiaddr.parse(at + CIRCUIT + hidden.host().id()));
      require(relayed.remotePeer().equals(hidden.host().id()), "it led to " + relayed.remotePeer());
      roundTrip(relayed, bytes(RELAYED_BYTES));
    }
  }

  private static boolean eventually(Callable<Boolean> condition) throws Exception {
    long until = System.nanoTime() + SETTLING.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > until) {
        return false;
      }
      Thread.sleep(LOOK_AGAIN);
    }
    return true;
  }
}
