package klatch.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The browser of whoever sits at this machine, if somebody does. */
public final class DesktopBrowser {
  private static final String OPENER = "xdg-open";

  private DesktopBrowser() {}

  /** Whether there is a screen, and a program that knows the person's browser. */
  static boolean present(Map<String, String> environment) {
    return opener(environment).isPresent();
  }

  private static Optional<Path> opener(Map<String, String> environment) {
    boolean screen = Stream.of("DISPLAY", "WAYLAND_DISPLAY")
        .anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
    return screen
        ? Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(folder -> !folder.isBlank())
            .map(folder -> Path.of(folder, OPENER)).filter(Files::isExecutable).findFirst()
        : Optional.empty();
  }

  /** Opens the page without waiting for it; says whether it was tried. */
  public static boolean open(URI page, Map<String, String> environment) {
    var opener = opener(environment);
    if (opener.isEmpty()) {
      return false;
    }
    try {
      new ProcessBuilder(opener.get().toString(), page.toString()).redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      return true;
    } catch (IOException e) {
      return false; // The link is printed in any case.
    }
  }
}
