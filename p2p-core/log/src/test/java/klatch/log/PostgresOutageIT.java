package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import klatch.libp2p.Ed25519Key;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL goes away under load and comes back: calls wait, and nothing is lost, doubled or told twice. */
class PostgresOutageIT {
  @TempDir
  Path directory;
  private final Ed25519Key key = Ed25519Key.generate();
  private final TopicId topic = new TopicId(Ed25519Key.generate().publicKey());
  private final List<Entry> appended = new CopyOnWriteArrayList<>();
  private final List<Arrival> told = new CopyOnWriteArrayList<>();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private Database database;
  private PostgresLogStore store;

  @BeforeEach
  void open() {
    database = Database.embedded(directory, "");
    store = new PostgresLogStore(database, InstantSource.system());
    store.subscribe(told::addAll);
  }

  @AfterEach
  void close() {
    store.close();
    database.close();
  }

  private void appendUntilEnough() {
    try {
      while (!enough.get()) {
        byte[] payload = ("entry " + appended.size()).getBytes(StandardCharsets.UTF_8);
        appended.add(store.append(key, topic, "test/note", payload, System.currentTimeMillis()));
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  /** Brings in entries of other devices, one batch after the other. */
  private void ingestUntilEnough(List<Entry> taken) {
    try {
      while (!enough.get()) {
        List<Entry> batch = new ArrayList<>();
        Ed25519Key other = Ed25519Key.generate();
        try (LogStore elsewhere = new InMemoryLogStore(InstantSource.system())) {
          for (int i = 0; i < 5; i++) {
            batch.add(elsewhere.append(other, topic, "test/note", new byte[]{(byte) i}, System.currentTimeMillis()));
          }
        }
        assertThat(store.ingest(batch)).allMatch(IngestResult.Stored.class::isInstance);
        taken.addAll(batch);
      }
    } catch (Throwable e) {
      failure.set(e);
    }
  }

  private void assertNothingLostOrDoubled(List<Entry> ingested) {
    assertThat(failure.get()).isNull();
    assertThat(store.read(appended.getFirst().log(), 1, Integer.MAX_VALUE)).isEqualTo(appended);
    List<Arrival> all = store.arrivals(0, Integer.MAX_VALUE);
    assertThat(all).hasSize(appended.size() + ingested.size());
    assertThat(all).extracting(Arrival::position)
        .isEqualTo(LongStream.rangeClosed(1, all.size()).boxed().toList());
    await().untilAsserted(() -> assertThat(told).isEqualTo(all));
  }

  @Test
  void tenSecondsWithoutPostgresAreWaitedFor() throws InterruptedException {
    List<Entry> ingested = new CopyOnWriteArrayList<>();
    Thread appender = Thread.startVirtualThread(this::appendUntilEnough);
    Thread ingester = Thread.startVirtualThread(() -> ingestUntilEnough(ingested));
    await().until(() -> appended.size() > 20 && ingested.size() > 20);
    EmbeddedServer server = database.server().orElseThrow();
    server.stop();
    int before = appended.size();
    await().during(Duration.ofSeconds(10)).atMost(Duration.ofSeconds(15)).until(() -> !server.isRunning());
    assertThat(failure.get()).isNull();
    server.start();

    await().atMost(Duration.ofSeconds(15)).until(() -> appended.size() > before + 20 || failure.get() != null);
    enough.set(true);
    appender.join();
    ingester.join();
    assertNothingLostOrDoubled(ingested);
  }

  @Test
  void aServerKilledUnderLoadLosesNothingItHadConfirmed() throws InterruptedException {
    List<Entry> ingested = new CopyOnWriteArrayList<>();
    Thread appender = Thread.startVirtualThread(this::appendUntilEnough);
    Thread ingester = Thread.startVirtualThread(() -> ingestUntilEnough(ingested));
    for (int kill = 0; kill < 3; kill++) {
      int before = appended.size();
      await().atMost(Duration.ofSeconds(20)).until(() -> appended.size() > before + 20 || failure.get() != null);
      ProcessHandle.of(database.server().orElseThrow().pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    int before = appended.size();
    await().atMost(Duration.ofSeconds(20)).until(() -> appended.size() > before + 5 || failure.get() != null);
    enough.set(true);
    appender.join();
    ingester.join();
    assertNothingLostOrDoubled(ingested);
  }
}
