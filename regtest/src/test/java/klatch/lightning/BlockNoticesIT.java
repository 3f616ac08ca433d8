package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import klatch.lightning.chain.BlockNotices;
import klatch.log.Database;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.BitcoindProgram;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A node that polls so seldom that it sees a block only by what a real bitcoind publishes. */
final class BlockNoticesIT {
  private static final Duration POLL_INTERVAL = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int BLOCKS = 5;

  @TempDir
  static Path directory;

  @Test
  void aBlockIsSeenAtOnceByItsNotice(TestReporter reporter) {
    BitcoindProgram program = switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var found) -> found;
      case BitcoindProgram.Search.Absent(var reason) -> Assumptions.abort(reason);
    };
    try (BitcoindChain chain = BitcoindChain.start(program);
        Database database = Database.embedded(directory.resolve("postgres"), "");
        LdkTestNode node = LdkTestNode.start(database, chain.rpc(), "node", 1, ChannelPolicy.regtestLeaf(),
            POLL_INTERVAL);
        BlockNotices notices = BlockNotices.listen(chain.notices(), node.lightning()::poke)) {
      await().atMost(PATIENCE).until(() -> notices.trouble().isEmpty());
      List<Long> millis = new ArrayList<>();
      for (int i = 0; i < BLOCKS; i++) {
        int height = chain.tip().height() + 1;
        chain.mine(1);
        long mined = System.nanoTime();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2))
            .until(() -> node.lightning().status().height() == height);
        millis.add(Duration.ofNanos(System.nanoTime() - mined).toMillis());
      }
      reporter.publishEntry("milliseconds from mined to seen", millis.toString());
      assertThat(millis).allMatch(took -> took < PATIENCE.toMillis());
    }
  }
}
