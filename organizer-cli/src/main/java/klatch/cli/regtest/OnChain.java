package klatch.cli.regtest;

import java.nio.file.Files;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Json;
import klatch.log.Database;
import klatch.regtest.onchain.OnChainRow;
import klatch.regtest.onchain.OnChainTrial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code klatch regtest onchain}: what becomes of held deposits when their channels end on the chain. */
@Command(name = "onchain", description = "Play every end of a channel with a held deposit on real nodes; a table of outcomes in satoshis.")
final class OnChain implements Callable<Integer> {
  @Option(names = "--json", description = "Print one JSON object a case.")
  boolean json;

  @Override
  public Integer call() throws Exception {
    try (var database = Database.embedded(Files.createTempDirectory("klatch-onchain"), "")) {
      var rows = OnChainTrial.run(database, row -> {
        if (json) {
          System.out.println(Json.line(row));
        }
      });
      if (!json) {
        System.out.print(OnChainTrial.table(rows));
      }
      return rows.stream().allMatch(OnChainRow::good) ? 0 : 1;
    }
  }
}
