package klatch.regtest.chain;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A bitcoind that can be run.
 *
 * @param command the program and what must precede its arguments
 * @param source  where it was found, in words
 */
public record BitcoindProgram(List<String> command, String source) {
  private static final String LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
  private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu";
  private static final String BINARY = "usr/bin/bitcoind";

  public BitcoindProgram {
    command = List.copyOf(command);
  }

  /** What a search came to. */
  public sealed interface Search {
    record Found(BitcoindProgram program) implements Search {}

    /** @param reason one line for the person who wanted it */
    record Absent(String reason) implements Search {}
  }

  /** Looks at BITCOIND, PATH and the private folder, and fetches it from Debian if it is nowhere. */
  public static Search locate() {
    return locate(System.getenv(), Path.of(System.getProperty("user.home"), ".cache", "klatch", "bitcoind"));
  }

  /**
   * @param environment BITCOIND names a program, PATH is searched for one
   * @param folder      where a fetched one is kept for the next time
   */
  static Search locate(Map<String, String> environment, Path folder) {
    String named = environment.get("BITCOIND");
    if (named != null && !named.isEmpty()) {
      return Files.isExecutable(Path.of(named))
          ? new Search.Found(new BitcoindProgram(List.of(named), "BITCOIND=" + named))
          : new Search.Absent("BITCOIND names " + named + ", which cannot be executed");
    }
    Optional<Path> installed = Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty()).map(entry -> Path.of(entry, "bitcoind")).filter(Files::isExecutable)
        .findFirst();
    if (installed.isPresent()) {
      return new Search.Found(new BitcoindProgram(List.of(installed.get().toString()), "PATH: " + installed.get()));
    }
    return new DebianBitcoind(folder).fetched();
  }

  /** The program of a folder into which Debian's packages were unpacked: it runs on its own C library. */
  static Optional<BitcoindProgram> unpacked(Path root) {
    if (!Files.isExecutable(root.resolve(BINARY)) || !Files.isExecutable(root.resolve(LOADER))) {
      return Optional.empty();
    }
    return Optional.of(new BitcoindProgram(List.of(root.resolve(LOADER).toString(), "--library-path",
        root.resolve(LIBRARIES).toString(), root.resolve(BINARY).toString()), "Debian testing, in " + root));
  }

  /** The whole command line. */
  List<String> with(List<String> arguments) {
    List<String> line = new ArrayList<>(command);
    line.addAll(arguments);
    return line;
  }
}
