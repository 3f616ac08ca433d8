package klatch.cli.lightning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import klatch.cli.node.NodeKeys;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Session;
import klatch.web.wire.Operations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch wallet backup FILE}. */
@Command(name = "backup", description = "Write what a lost node needs besides its seed words into a file that only they open. Make it anew whenever you open a channel.")
final class WalletBackupFile implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(index = "0", paramLabel = "FILE", description = "Is made; an existing file is not touched.")
  Path file;

  /** @param file where the backup is now */
  record Written(String file, int bytes) {}

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file)) {
      throw new ApiRefusedException("conflict", file + " exists: give another name");
    }
    var backup = session.api().get("/wallet/backup", Operations.Backup.class).base64();
    NodeKeys.writePrivately(file.toAbsolutePath(), backup + "\n");
    return session.show(new Written(file.toString(), backup.length() + 1), written -> {
      session.say("Written: " + written.file() + ". It opens with the seed words alone.");
      session.say(
          "It holds no channel state: that must never be put back from a copy. If this machine is lost, words and");
      session.say("backup bring back your coins, and your peers close the channels and send you what is yours.");
    });
  }
}
