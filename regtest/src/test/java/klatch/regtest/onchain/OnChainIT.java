package klatch.regtest.onchain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import klatch.log.Database;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A held deposit is never lost to a missed deadline, and never collected after it was released, also on the chain. */
@Timeout(300)
final class OnChainIT {
  @TempDir
  Path directory;

  @Test
  void everyEndOnTheChainGivesEachDepositToWhomItBelongs() {
    try (Database database = Database.embedded(directory, "")) {
      List<OnChainRow> rows = OnChainTrial.run(database, row -> System.out.println(row));
      assertThat(rows).isNotEmpty().allMatch(OnChainRow::good);
    }
  }
}
