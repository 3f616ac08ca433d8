package klatch.cli.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import klatch.commitments.KillPoint;
import klatch.lightning.Network;

/**
 * Ends this process hard, as a power cut would, once before and once after the effect of each named step. A file in the
 * data directory remembers what has happened already, so that the restarted process gets past it. Regtest only.
 */
public final class HaltAt implements KillPoint {
  /** The system property that names the steps, separated by commas. */
  public static final String PROPERTY = "klatch.haltAt";

  /** What a shell shows for a process that was killed by SIGKILL. */
  private static final int KILLED = 137;

  private final Set<Step> steps;
  private final Path directory;

  private HaltAt(Set<Step> steps, Path directory) {
    this.steps = steps;
    this.directory = directory;
  }

  /** What the property asks for; nothing outside regtest. */
  static KillPoint fromProperty(Network network, Path dataDir) {
    var text = System.getProperty(PROPERTY, "");
    if (text.isBlank() || network != Network.REGTEST) {
      return KillPoint.NONE;
    }
    var steps = EnumSet.noneOf(Step.class);
    for (var name : text.split(",")) {
      steps.add(step(name));
    }
    return new HaltAt(steps, dataDir);
  }

  /** @throws IllegalArgumentException if there is no such step; the message lists them */
  public static Step step(String name) {
    for (var step : Step.values()) {
      if (step.name().equalsIgnoreCase(name.strip())) {
        return step;
      }
    }
    throw new IllegalArgumentException(
        "no step is called '" + name + "'; there are offered, held, releasing, collecting, paying and locking");
  }

  @Override
  public void at(Step step, Moment moment) {
    if (!steps.contains(step)) {
      return;
    }
    var marker = directory.resolve("halted-" + step.name().toLowerCase(Locale.ROOT) + "-"
        + moment.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    try {
      Files.createFile(marker);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remember that the process halted", e);
    }
    Runtime.getRuntime().halt(KILLED);
  }
}
