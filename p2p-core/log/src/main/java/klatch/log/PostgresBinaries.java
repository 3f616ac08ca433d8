package klatch.log;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL programs that come in the class path, unpacked once for each user into a folder named by their
 * checksum: {@code $XDG_CACHE_HOME/klatch/postgres-<checksum>}, by default under {@code ~/.cache}.
 */
final class PostgresBinaries {
  private static final int NAME_BYTES = 8;
  private static final int OWNER_EXECUTES = 0100;

  private PostgresBinaries() {}

  /** @return the folder with {@code bin}, {@code lib} and {@code share} */
  static Path unpacked() {
    try {
      Optional<String> checksum = checksumInJar();
      if (checksum.isPresent()) {
        Path home = cache().resolve("postgres-" + checksum.get());
        if (!Files.isDirectory(home)) {
          unpack(archive(), home);
        }
        return home;
      }
      byte[] archive = archive();
      String hash = HexFormat.of().formatHex(Bytes32.sha256(archive), 0, NAME_BYTES);
      Path home = cache().resolve("postgres-" + hash);
      if (!Files.isDirectory(home)) {
        unpack(archive, home);
      }
      return home;
    } catch (IOException e) {
      throw new StoreException("cannot unpack PostgreSQL: " + e, true, e);
    }
  }

  /**
   * The length and the CRC-32 of the archive, as the directory of its jar has them: to read and hash the archive itself at
   * every start would take a tenth of the time that a node has for it. Empty if it does not lie in a jar as expected.
   */
  private static Optional<String> checksumInJar() throws IOException {
    String name = "postgres-" + System.getProperty("os.name").toLowerCase(Locale.ROOT) + "-" + architecture() + ".txz";
    URL resource = DefaultPostgresBinaryResolver.class.getResource("/" + name);
    if (resource == null || !(resource.openConnection() instanceof JarURLConnection jar)) {
      return Optional.empty();
    }
    return Optional.of(String.format(Locale.ROOT, "%d-%08x", jar.getJarEntry().getSize(), jar.getJarEntry().getCrc()));
  }

  private static String architecture() {
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return machine.equals("amd64") ? "x86_64" : machine;
  }

  private static byte[] archive() throws IOException {
    String system = System.getProperty("os.name");
    String architecture = architecture();
    try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, architecture)) {
      return in.readAllBytes();
    } catch (IllegalStateException e) {
      throw new StoreException("there is no embedded PostgreSQL for " + system + " on " + architecture
          + "; use an external one with --db jdbc:postgresql://…", false, e);
    }
  }

  private static Path cache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    Path root = configured == null || configured.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache")
        : Path.of(configured);
    return root.resolve("klatch");
  }

  /** Unpacks beside the target and renames, so that a half unpacked folder is never used. */
  private static void unpack(byte[] archive, Path home) throws IOException {
    Files.createDirectories(home.getParent());
    Path fresh = Files.createTempDirectory(home.getParent(), "unpacking");
    try (TarArchiveInputStream tar = new TarArchiveInputStream(
        new BufferedInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive))))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = fresh.resolve(entry.getName()).normalize();
        if (!target.startsWith(fresh)) {
          throw new IOException("archive member outside the archive: " + entry.getName());
        }
        unpack(tar, entry, target);
      }
    }
    try {
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      deleteTree(fresh);
      if (!Files.isDirectory(home)) {
        throw e;
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target) throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    if (entry.isLink()) {
      throw new IOException("hard link in the archive: " + entry.getName());
    }
    Files.copy(tar, target);
    Set<PosixFilePermission> permissions = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    if ((entry.getMode() & OWNER_EXECUTES) != 0) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
    }
    Files.setPosixFilePermissions(target, permissions);
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
