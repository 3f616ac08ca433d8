package klatch.cli.terminal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
public final class CommonOptions {
  @Option(names = "--data-dir", paramLabel = "DIR", description = "Where the node keeps its things (default: env KLATCH_HOME, or ~/.klatch).", defaultValue = "${env:KLATCH_HOME}")
  private @Nullable Path dataDir;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  public Path dataDir() {
    var given = dataDir == null || dataDir.toString().isBlank()
        ? Path.of(System.getProperty("user.home"), ".klatch")
        : dataDir;
    return given.toAbsolutePath().normalize();
  }

  public boolean json() {
    return json;
  }
}
