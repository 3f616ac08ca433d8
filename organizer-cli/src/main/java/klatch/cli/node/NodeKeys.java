package klatch.cli.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import klatch.libp2p.Ed25519Key;
import klatch.lightning.Seed;
import klatch.log.StoreException;

/**
 * The two secrets of a data directory: the device's key and the seed of its Lightning node. Each is 32 bytes as hex in a
 * file that only its owner reads; made at the first start. The seed never changes, the key at most once, to a guest's.
 *
 * @param fresh whether the Lightning seed was made just now: then its words are shown, this once
 */
public record NodeKeys(Ed25519Key device, Seed lightning, boolean fresh) {
  static final String LIGHTNING_SEED = "lightning.seed";
  private static final String DEVICE_KEY = "device.key";
  private static final int SECRET_BYTES = 32;

  static NodeKeys of(Path dataDir) {
    var seedFile = dataDir.resolve(LIGHTNING_SEED);
    boolean fresh = !Files.exists(seedFile);
    return new NodeKeys(Ed25519Key.fromSeed(secret(dataDir.resolve(DEVICE_KEY))), new Seed(secret(seedFile)), fresh);
  }

  /** Another key takes the place of the device's, in one step; it counts from the next start on. */
  static void become(Path dataDir, Ed25519Key key) {
    try {
      writePrivately(dataDir.resolve(DEVICE_KEY), HexFormat.of().formatHex(key.seed()) + "\n");
    } catch (IOException e) {
      throw new StoreException("the key cannot be kept: " + e.getMessage(), true, e);
    }
  }

  private static byte[] secret(Path file) {
    try {
      if (!Files.exists(file)) {
        var bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        writePrivately(file, HexFormat.of().formatHex(bytes) + "\n");
        return bytes;
      }
      var bytes = HexFormat.of().parseHex(Files.readString(file, StandardCharsets.US_ASCII).strip());
      if (bytes.length != SECRET_BYTES) {
        throw new StartRefusedException(file + " must hold " + SECRET_BYTES + " bytes as hex, not " + bytes.length);
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(file + " must hold " + SECRET_BYTES + " bytes as hex", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make " + file, e);
    }
  }

  /** Replaces the file in one step; what it holds is on the disk when this returns, readable by its owner only. */
  public static void writePrivately(Path file, String text) throws IOException {
    var next = file.resolveSibling(file.getFileName() + ".next");
    Files.deleteIfExists(next);
    var ownerOnly = PosixFilePermissions
        .asFileAttribute(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    try (var channel = FileChannel.open(next,
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
