package klatch.lightning;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the native library: a file named by a system property, or the one this jar carries for linux-x86_64. */
final class LdkLibrary {
  /** Names a library built for another platform, or a newer one. */
  static final String PATH_PROPERTY = "klatch.ldk.library";
  private static final String CARRIED = "linux-x86_64";

  private LdkLibrary() {}

  /** @throws LdkUnavailableException if there is no library for this machine; the message says what to do */
  static Path locate() {
    String named = System.getProperty(PATH_PROPERTY);
    if (named != null) {
      Path file = Path.of(named);
      if (!Files.isRegularFile(file)) {
        throw new LdkUnavailableException("-D" + PATH_PROPERTY + " names " + file + ", which is no file");
      }
      return file.toAbsolutePath();
    }
    String platform = platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    byte[] library = resource("/native/" + platform + "/libklatch_ldk.so");
    if (library == null) {
      throw new LdkUnavailableException("no Lightning library for " + platform + " is carried, only for " + CARRIED
          + ": build lightning-adapter/ldk with cargo and start with -D" + PATH_PROPERTY + "=FILE");
    }
    return unpack(library, cacheFolder());
  }

  /** {@code linux-x86_64} and the like. */
  static String platform(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    String arch = osArch.toLowerCase(Locale.ROOT);
    return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  /** Writes the library under the name of its hash, once; later starts find it there. */
  static Path unpack(byte[] library, Path folder) {
    Path file = folder.resolve("libklatch_ldk-" + sha256(library) + ".so");
    try {
      if (Files.isRegularFile(file) && sha256(Files.readAllBytes(file)).equals(sha256(library))) {
        return file;
      }
      Files.createDirectories(folder);
      Path half = Files.createTempFile(folder, "libklatch_ldk", ".part");
      try {
        Files.write(half, library);
        move(half, file);
      } finally {
        Files.deleteIfExists(half);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack the Lightning library into " + folder, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Path cacheFolder() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
    return base.resolve("klatch").resolve("native");
  }

  private static byte @Nullable [] resource(String name) {
    try (InputStream in = LdkLibrary.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
