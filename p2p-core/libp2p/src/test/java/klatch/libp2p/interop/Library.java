package klatch.libp2p.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The libp2p libraries that we are tried against, each built once by {@code src/test/stranger}. */
enum Library {
  JS("js", "js-libp2p 3.3.11"), GO("go", "go-libp2p 0.51.0"), RUST("rust", "rust-libp2p 0.57.1");

  private static final Path BUILDER = Path.of("src/test/stranger").toAbsolutePath();
  /** A first build on a slow machine; afterwards it takes a moment. */
  private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(12);
  /** What the builder exits with where the toolchain or the packages are not to be had. */
  private static final int ABSENT = 3;

  private static final Map<Library, Presence> FOUND = new ConcurrentHashMap<>();

  private final String word;
  private final String title;

  Library(String word, String title) {
    this.word = word;
    this.title = title;
  }

  /** Whether there is one on this machine. */
  sealed interface Presence {
  }

  record Present(List<String> command) implements Presence {
  }

  record Absent(String why) implements Presence {
  }

  String title() {
    return title;
  }

  Presence presence() {
    return FOUND.computeIfAbsent(this, Library::build);
  }

  private Presence build() {
    try {
      Process process = new ProcessBuilder(BUILDER.toString(), word).redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
      process.getOutputStream().close();
      List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
      if (!process.waitFor(BUILD_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Absent("building the peer around " + title + " took too long");
      }
      return switch (process.exitValue()) {
        case 0 -> new Present(lines);
        case ABSENT -> new Absent(String.join(" ", lines));
        default -> throw new IllegalStateException(BUILDER + " failed: " + lines);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
