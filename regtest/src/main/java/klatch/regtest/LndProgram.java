package klatch.regtest;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real LND that can be run: one that is installed, or one that {@code regtest/lnd/build.sh} has built.
 *
 * @param folder holds {@code lnd} and {@code lncli}
 * @param source where it was found, in words
 */
public record LndProgram(Path folder, String source) {
  private static final String DAEMON = "lnd";
  private static final String CLIENT = "lncli";

  /** What a search came to. */
  public sealed interface Search {
    record Found(LndProgram program) implements Search {}

    /** @param reason one line for the person who wanted it */
    record Absent(String reason) implements Search {}
  }

  /** Looks at LND_HOME, PATH and what was built; builds nothing. */
  public static Search locate() {
    return locate(System.getenv(), Path.of(System.getProperty("user.home"), ".cache", "klatch", "lnd"));
  }

  /**
   * @param environment LND_HOME names a folder, PATH is searched, KLATCH_LND names another cache
   * @param usual       where builds are kept, each in a folder of its own
   */
  static Search locate(Map<String, String> environment, Path usual) {
    String named = environment.getOrDefault("LND_HOME", "");
    if (!named.isEmpty()) {
      return complete(Path.of(named))
          ? new Search.Found(new LndProgram(Path.of(named), "LND_HOME=" + named))
          : new Search.Absent("LND_HOME names " + named + ", which holds no lnd and lncli");
    }
    Optional<Path> installed = Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(entry -> !entry.isEmpty()).map(Path::of).filter(LndProgram::complete).findFirst();
    if (installed.isPresent()) {
      return new Search.Found(new LndProgram(installed.get(), "PATH: " + installed.get()));
    }
    String other = environment.getOrDefault("KLATCH_LND", "");
    Path cache = other.isEmpty() ? usual : Path.of(other);
    return newest(cache).<Search>map(built -> new Search.Found(new LndProgram(built, "built, in " + built)))
        .orElseGet(() -> new Search.Absent(
            "no lnd on the PATH, and none built: regtest/lnd/build.sh builds it where Go 1.24.9 or later is"));
  }

  private static Optional<Path> newest(Path cache) {
    if (!Files.isDirectory(cache)) {
      return Optional.empty();
    }
    try (Stream<Path> builds = Files.list(cache)) {
      return builds.filter(LndProgram::complete)
          .max(Comparator.comparingLong(build -> build.resolve(DAEMON).toFile().lastModified()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean complete(Path folder) {
    return Files.isExecutable(folder.resolve(DAEMON)) && Files.isExecutable(folder.resolve(CLIENT));
  }

  List<String> daemon(Path directory) {
    return List.of(folder.resolve(DAEMON).toString(), "--lnddir=" + directory);
  }

  List<String> client(Path directory, int rpcPort) {
    return List.of(folder.resolve(CLIENT).toString(), "--lnddir=" + directory, "--network=regtest",
        "--rpcserver=127.0.0.1:" + rpcPort);
  }
}
