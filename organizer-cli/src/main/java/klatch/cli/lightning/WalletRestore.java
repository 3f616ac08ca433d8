package klatch.cli.lightning;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import klatch.cli.node.NodeRestore;
import klatch.cli.terminal.CommonOptions;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.lightning.Seed;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch wallet restore}: makes a new data directory ready for a node that was lost. */
@Command(name = "restore", description = "Make a new data directory ready for a lost node: reads its 24 seed words from the standard input. The next klatch up finds its coins and asks its peers to close its channels.")
final class WalletRestore implements Callable<Integer> {
  private static final int WORDS = 24;

  @Spec
  CommandSpec spec;

  @Mixin
  CommonOptions common;

  @Option(names = "--backup", paramLabel = "FILE", description = "What klatch wallet backup has written. Without it every block is read, and you connect to your peers by hand.")
  @Nullable
  Path backup;

  /** @param channels that the peers will be asked to close */
  record Prepared(String dataDir, String nodeId, int channels) {}

  @Override
  public Integer call() throws IOException {
    Prepared prepared;
    try {
      var seed = Seed.ofWords(words());
      var restored = NodeRestore.prepare(common.dataDir(), seed, Optional.ofNullable(backup));
      prepared = new Prepared(common.dataDir().toString(), restored.map(known -> known.nodeId()).orElse(""),
          restored.map(known -> known.channels().size()).orElse(0));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    var out = spec.commandLine().getOut();
    if (common.json()) {
      out.println(Json.line(prepared));
    } else {
      out.println("Ready: " + prepared.dataDir() + ". Start it with klatch up and the chain that it had.");
      out.println("Its peers are asked to close " + prepared.channels()
          + " channels; what was yours in them comes to the wallet after some blocks.");
    }
    out.flush();
    return ExitCode.OK;
  }

  /** Not from the command line, which everybody on the machine can read. */
  private static List<String> words() throws IOException {
    var words = new ArrayList<String>();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (words.size() < WORDS) {
      var line = in.readLine();
      if (line == null) {
        break;
      }
      Stream.of(line.strip().toLowerCase(Locale.ROOT).split(" +"))
          .filter(word -> !word.isEmpty()).forEach(words::add);
    }
    return words;
  }
}
