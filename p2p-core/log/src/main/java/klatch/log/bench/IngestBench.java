package klatch.log.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.log.Database;
import klatch.log.Entry;
import klatch.log.InMemoryLogStore;
import klatch.log.IngestResult;
import klatch.log.LogStore;
import klatch.log.PostgresLogStore;
import klatch.log.TopicId;

/**
 * How fast entries of other devices are verified and stored in an embedded PostgreSQL with durable settings, against the
 * bare rate of Ed25519 verification on the same cores in the same run.
 *
 * <p>Arguments: number of entries (default 60,000), entries in a batch (default 256), bytes of payload (default 200).
 */
public final class IngestBench {
  private static final int DEVICES = 20;
  private static final int VERIFICATIONS = 40_000;

  private IngestBench() {}

  public static void main(String[] args) throws IOException {
    int entries = argument(args, 0, 60_000);
    int batch = argument(args, 1, 256);
    int payloadBytes = argument(args, 2, 200);
    List<List<Entry>> logs = written(entries / DEVICES, payloadBytes);
    List<List<Entry>> batches = batches(logs, batch);
    verificationsPerSecond();
    double bare = verificationsPerSecond();
    Path directory = Files.createTempDirectory("klatch-bench");
    try (Database database = Database.embedded(directory, "bench_");
        LogStore store = new PostgresLogStore(database, InstantSource.system())) {
      double stored = storedPerSecond(store, batches);
      System.out.printf(Locale.ROOT, "%d cores, %d entries of %d bytes, batches of %d%n",
          Runtime.getRuntime().availableProcessors(), entries, payloadBytes, batch);
      System.out.printf(Locale.ROOT, "verified and stored: %,.0f entries/s%n", stored);
      System.out.printf(Locale.ROOT, "bare Ed25519 verification, all cores: %,.0f/s%n", bare);
      System.out.printf(Locale.ROOT, "ratio: %.2f%n", stored / bare);
    } finally {
      delete(directory);
    }
  }

  private static int argument(String[] args, int index, int otherwise) {
    return args.length > index ? Integer.parseInt(args[index]) : otherwise;
  }

  /** Logs of many devices on one topic, as another node would send them. */
  private static List<List<Entry>> written(int entriesPerLog, int payloadBytes) {
    TopicId topic = new TopicId(Ed25519Key.generate().publicKey());
    return IntStream.range(0, DEVICES).parallel().mapToObj(device -> {
      Ed25519Key key = Ed25519Key.generate();
      Random random = new Random(device);
      byte[] payload = new byte[payloadBytes];
      List<Entry> log = new ArrayList<>(entriesPerLog);
      try (LogStore elsewhere = new InMemoryLogStore(InstantSource.system())) {
        for (int i = 0; i < entriesPerLog; i++) {
          random.nextBytes(payload);
          log.add(elsewhere.append(key, topic, "bench/noise", payload, System.currentTimeMillis()));
        }
      }
      return log;
    }).toList();
  }

  /** Runs of one log each, the logs taking turns. */
  private static List<List<Entry>> batches(List<List<Entry>> logs, int size) {
    List<List<Entry>> batches = new ArrayList<>();
    int longest = logs.stream().mapToInt(List::size).max().orElse(0);
    for (int from = 0; from < longest; from += size) {
      for (List<Entry> log : logs) {
        if (from < log.size()) {
          batches.add(log.subList(from, Math.min(log.size(), from + size)));
        }
      }
    }
    return batches;
  }

  private static double verificationsPerSecond() {
    Ed25519Key key = Ed25519Key.generate();
    byte[] publicKey = key.publicKey();
    byte[] message = new byte[240];
    byte[] signature = key.sign(message);
    long began = System.nanoTime();
    long good = IntStream.range(0, VERIFICATIONS).parallel()
        .filter(i -> Ed25519.verify(publicKey, message, signature)).count();
    if (good != VERIFICATIONS) {
      throw new IllegalStateException("only " + good + " of " + VERIFICATIONS + " signatures were found good");
    }
    return VERIFICATIONS / seconds(began);
  }

  private static double storedPerSecond(LogStore store, List<List<Entry>> batches) {
    long began = System.nanoTime();
    long stored = 0;
    for (List<Entry> batch : batches) {
      for (IngestResult result : store.ingest(batch)) {
        if (!(result instanceof IngestResult.Stored)) {
          throw new IllegalStateException("an entry of the benchmark was not stored: " + result);
        }
        stored++;
      }
    }
    return stored / seconds(began);
  }

  private static double seconds(long beganNanos) {
    return (System.nanoTime() - beganNanos) / 1e9;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
