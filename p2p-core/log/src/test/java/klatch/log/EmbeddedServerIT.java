package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to the server when the node's process is killed, and when the disk is full. */
class EmbeddedServerIT {
  /** A stopped server's data directory: to make one takes longer than the rest of a test. */
  @TempDir
  static Path made;
  @TempDir
  Path directory;

  @BeforeAll
  static void make() {
    Database.embedded(made, "").close();
  }

  /** @return a data directory of its own, with what {@link #made} has */
  private static Path copyTo(Path data) throws IOException, InterruptedException {
    assertThat(run("cp", "-a", made.toString(), data.toString())).isZero();
    return data;
  }

  /** A node of its own process: writes one entry, says where its server is, and waits to be killed. */
  public static final class Victim {
    private Victim() {
    }

    public static void main(String[] args) throws IOException {
      Database database = Database.embedded(Path.of(args[0]), "");
      PostgresLogStore store = new PostgresLogStore(database, InstantSource.system());
      Entry entry = store.append(Ed25519Key.generate(), new TopicId(new byte[32]), "test/note", new byte[]{1},
          System.currentTimeMillis());
      System.out.println("ready " + database.server().orElseThrow().pid() + " " + entry.id());
      System.in.read();
    }
  }

  private Process startVictim(Path data, boolean withSetpriv) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp", System.getProperty("java.class.path"), Victim.class.getName(), data.toString());
    if (!withSetpriv) {
      builder.environment().put("PATH", pathWithoutSetpriv().toString());
    }
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private Path pathWithoutSetpriv() throws IOException {
    Path programs = Files.createDirectories(directory.resolve("programs"));
    for (String program : List.of("unshare", "kill")) {
      for (String folder : System.getenv("PATH").split(":")) {
        Path there = Path.of(folder, program);
        if (Files.isExecutable(there) && !Files.exists(programs.resolve(program))) {
          Files.createSymbolicLink(programs.resolve(program), there);
        }
      }
    }
    return programs;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void afterTheNodeIsKilledTheNextStartHasEverything(boolean withSetpriv) throws Exception {
    Path data = copyTo(directory.resolve("data"));
    Process victim = startVictim(data, withSetpriv);
    String[] said;
    try (BufferedReader out = new BufferedReader(
        new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
      said = out.lines().filter(line -> line.startsWith("ready ")).findFirst().orElseThrow().split(" ");
      victim.destroyForcibly();
      await().until(() -> !victim.isAlive());
    }
    try (Database database = Database.embedded(data, "");
        LogStore store = new PostgresLogStore(database, InstantSource.system())) {
      assertThat(store.entry(EntryId.parse(said[2]))).isPresent();
    }
    // A dead process that its new parent has not collected yet has no command line.
    assertThat(ProcessHandle.of(Long.parseLong(said[1])).flatMap(handle -> handle.info().commandLine())).isEmpty();
  }

  @Test
  void aPidFileOfAProcessThatIsNoServerIsNoHindrance() throws Exception {
    Path data = copyTo(directory.resolve("data"));
    Files.writeString(data.resolve("postgres/postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + data.resolve("postgres") + "\n");

    try (Database database = Database.embedded(data, "")) {
      assertThat(database.server().orElseThrow().isRunning()).isTrue();
    }
  }

  @Test
  void anExistingDirectoryIsUpInASecond() throws Exception {
    Path data = copyTo(directory.resolve("data"));
    long began = System.nanoTime();
    Database.embedded(data, "").close();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aFullDiskIsSaidClearlyAndNothingIsLost() throws Exception {
    Path small = Files.createDirectories(directory.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", small.toString()) == 0,
        "needs the right to mount a small disk");
    try {
      fillTheDisk(small);
    } finally {
      assertThat(run("umount", "-l", small.toString())).isZero();
    }
  }

  private static void fillTheDisk(Path small) throws Exception {
    TopicId topic = new TopicId(new byte[32]);
    Ed25519Key key = Ed25519Key.generate();
    List<Entry> written = new ArrayList<>();
    Path filler = small.resolve("filler");
    byte[] payload = new byte[EntryHeader.MAX_PAYLOAD_BYTES];
    try (Database database = Database.embedded(copyTo(small.resolve("data")), "");
        LogStore store = new PostgresLogStore(database, InstantSource.system())) {
      written.add(store.append(key, topic, "test/note", payload, System.currentTimeMillis()));
      Files.write(filler, new byte[(int) Files.getFileStore(small).getUsableSpace() - 2 * 1024 * 1024]);

      assertThatThrownBy(() -> {
        for (int i = 0; i < 2_000; i++) {
          written.add(store.append(key, topic, "test/note", payload, System.currentTimeMillis()));
        }
      }).isInstanceOfSatisfying(StoreException.class, e -> {
        assertThat(e).hasMessageContaining("disk").hasMessageContaining("full");
        assertThat(e.retrySafe()).isTrue();
      });
      Files.delete(filler);
      written.add(store.append(key, topic, "test/note", payload, System.currentTimeMillis()));
      assertThat(store.read(written.getFirst().log(), 1, 10_000)).isEqualTo(written);
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
        .waitFor();
  }
}
