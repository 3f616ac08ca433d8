package klatch.cli.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.sql.DataSource;
import klatch.lightning.LdkConfig;
import klatch.lightning.LdkLightning;
import klatch.lightning.Seed;
import klatch.lightning.WalletBackup;

/** A data directory that was made ready for a lost node, until its first start. */
public final class NodeRestore {
  private static final String FILE = "restore";
  /** Base64 takes four characters for three bytes. */
  private static final int MAX_FILE_LENGTH = WalletBackup.MAX_LENGTH / 3 * 4 + 4;

  private NodeRestore() {}

  /**
   * Writes the seed, and the backup for the first start.
   *
   * @return what the backup says
   * @throws IllegalArgumentException if the backup is none, or made with other words
   * @throws StartRefusedException    if the directory has a node already
   */
  public static Optional<WalletBackup> prepare(Path dataDir, Seed seed, Optional<Path> backup) throws IOException {
    var seedFile = dataDir.resolve(NodeKeys.LIGHTNING_SEED);
    if (Files.exists(seedFile)) {
      throw new StartRefusedException(dataDir + " has a Lightning node already: restore into a new --data-dir");
    }
    var text = backup.isPresent() ? read(backup.get()) : "";
    var restored = text.isEmpty() ? Optional.<WalletBackup>empty() : Optional.of(opened(text, seed));
    Files.createDirectories(dataDir);
    NodeKeys.writePrivately(dataDir.resolve(FILE), text + "\n");
    NodeKeys.writePrivately(seedFile, HexFormat.of().formatHex(seed.bytes()) + "\n");
    return restored;
  }

  private static String read(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE_LENGTH) {
      throw new IllegalArgumentException(file + " is too large for a backup of a wallet");
    }
    var text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (text.isEmpty()) {
      throw new IllegalArgumentException(file + " is empty");
    }
    return text;
  }

  private static WalletBackup opened(String text, Seed seed) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("this file is no backup of a klatch wallet", e);
    }
    return WalletBackup.decrypted(bytes, seed);
  }

  /** Before the first start in such a directory: tells the new node what it has lost. */
  static void begin(Path dataDir, LdkConfig config, DataSource money) {
    var file = dataDir.resolve(FILE);
    try {
      if (Files.exists(file)) {
        var text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        LdkLightning.restore(config, money,
            text.isEmpty() ? Optional.empty() : Optional.of(opened(text, config.seed())));
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
