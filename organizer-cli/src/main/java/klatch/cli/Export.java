package klatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import klatch.cli.node.NodeKeys;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Session;
import klatch.web.wire.PublicCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch export FILE}: a person's data are theirs to take away. */
@Command(name = "export", description = "Write everything that your node knows of you and your events into a file of JSON: profile, people, groups, events, deposits, payments, and every entry that you have signed.")
final class Export implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "FILE", description = "A new file; only you can read it.")
  Path file;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file)) {
      throw new ApiRefusedException(PublicCode.CONFLICT.label(), file + " exists: give another name");
    }
    var data = session.api().get("/my-data", JsonNode.class);
    NodeKeys.writePrivately(file.toAbsolutePath(), Json.line(data) + "\n");
    int entries = data.path("entries").size();
    return session.show(Map.of("file", file.toString(), "entries", entries),
        _ -> session.say("Written: " + file + ", " + entries + " entries of yours among it."));
  }
}
