package klatch.regtest.chain;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import klatch.regtest.chain.BitcoindProgram.Search;

/**
 * Fetches bitcoin-knots, a real bitcoind, with its libraries from Debian testing into a private folder. The system's own
 * packages, lists and libraries are neither read nor touched; apt checks Debian's signatures.
 */
final class DebianBitcoind {
  private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");
  private static final String SUITE = "testing";
  private static final String MIRROR = "http://deb.debian.org/debian";

  /** About 40 MB come over the network: a machine that needs longer had better be told. */
  private static final Duration FETCH_TIMEOUT = Duration.ofMinutes(3);

  private final Path folder;

  DebianBitcoind(Path folder) {
    this.folder = folder;
  }

  /** The fetched program, fetching it first if need be. Of several threads or processes at once, one fetches. */
  Search fetched() {
    synchronized (DebianBitcoind.class) {
      return keptOrFetched();
    }
  }

  private Search keptOrFetched() {
    Path root = folder.resolve("root");
    Optional<BitcoindProgram> kept = BitcoindProgram.unpacked(root);
    if (kept.isPresent()) {
      return new Search.Found(kept.get());
    }
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return new Search.Absent("no bitcoind on PATH or in BITCOIND, and none fetched: " + obstacle.get());
    }
    try {
      Files.createDirectories(folder);
      try (
          FileChannel file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
          FileLock lock = file.lock()) {
        if (!lock.isValid() || BitcoindProgram.unpacked(root).isEmpty()) {
          fetch(root);
        }
      }
    } catch (IOException e) {
      return new Search.Absent("bitcoind could not be fetched from Debian: " + e.getMessage());
    }
    return BitcoindProgram.unpacked(root).<Search>map(Search.Found::new)
        .orElseGet(() -> new Search.Absent("Debian's packages held no bitcoind"));
  }

  private static Optional<String> obstacle() {
    if (!System.getProperty("os.name").equals("Linux") || !System.getProperty("os.arch").equals("amd64")) {
      return Optional.of("only linux-x86_64 is prepared for that");
    }
    for (String tool : List.of("/usr/bin/apt-get", "/usr/bin/dpkg-deb")) {
      if (!Files.isExecutable(Path.of(tool))) {
        return Optional.of("no " + tool);
      }
    }
    return Files.isReadable(KEYRING) ? Optional.empty() : Optional.of("no Debian keys at " + KEYRING);
  }

  private void fetch(Path root) throws IOException {
    Path work = Files.createTempDirectory(folder, "fetch");
    try {
      Path config = privateApt(work);
      run(config, List.of("apt-get", "-q", "update"));
      // The dependencies are apt's to find: testing renames its libraries now and then.
      run(config, List.of("apt-get", "-q", "-y", "--no-install-recommends", "--download-only", "install",
          "bitcoin-knots"));
      Path unpacked = Files.createDirectories(work.resolve("root"));
      try (Stream<Path> packages = Files.list(work.resolve("cache/archives"))) {
        for (Path file : packages.filter(path -> path.toString().endsWith(".deb")).toList()) {
          run(config, List.of("dpkg-deb", "-x", file.toString(), unpacked.toString()));
        }
      }
      Folders.delete(root);
      Files.move(unpacked, root);
    } finally {
      Folders.delete(work);
    }
  }

  /** An apt with its own state, cache, sources and an empty list of installed packages. */
  private static Path privateApt(Path work) throws IOException {
    Files.createDirectories(work.resolve("state/lists/partial"));
    Files.createDirectories(work.resolve("cache/archives/partial"));
    Files.createFile(work.resolve("state/status"));
    Files.writeString(work.resolve("sources.list"),
        "deb [signed-by=" + KEYRING + "] " + MIRROR + " " + SUITE + " main\n");
    Path config = work.resolve("apt.conf");
    return Files.writeString(config, """
        Dir::State "%1$s/state";
        Dir::State::status "%1$s/state/status";
        Dir::Cache "%1$s/cache";
        Dir::Etc::sourcelist "%1$s/sources.list";
        Dir::Etc::sourceparts "-";
        Dir::Etc::trustedparts "-";
        Acquire::Languages "none";
        Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
        Acquire::Retries "2";
        APT::Sandbox::User "";
        Debug::NoLocking "true";
        """.formatted(work));
  }

  private static void run(Path config, List<String> command) throws IOException {
    Path output = Files.createTempFile(config.getParent(), "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true)
        .redirectOutput(output.toFile());
    builder.environment().put("APT_CONFIG", config.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(FETCH_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(command + " took longer than " + FETCH_TIMEOUT.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted during " + command, e);
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      List<String> lines = Files.readString(output, StandardCharsets.UTF_8).lines().toList();
      throw new IOException(command.getFirst() + ": " + (lines.isEmpty() ? "no output" : lines.getLast()));
    }
  }
}
