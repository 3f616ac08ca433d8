package klatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import klatch.cli.terminal.ApiClient;
import klatch.lightning.lnd.LndDoctor.Finding;
import klatch.lightning.lnd.LndDoctor.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeDoctorTest {
  private static final long MIB = 1L << 20;

  @TempDir
  Path directory;

  @Test
  void whereNoNodeRunsItSaysHowToStartOne() {
    assertThat(NodeDoctor.examine(directory)).filteredOn(finding -> finding.what().equals("node"))
        .singleElement().satisfies(finding -> {
          assertThat(finding.verdict()).isEqualTo(Verdict.BAD);
          assertThat(finding.words()).contains("klatch up");
        });
  }

  @Test
  void aFolderThatIsNotThereIsSaid() {
    assertThat(NodeDoctor.examine(directory.resolve("none"))).contains(new Finding(Verdict.BAD, "folder",
        directory.resolve("none") + " is not there: ./klatch up makes it at the first start"));
  }

  @Test
  void whatIsNoNodesFileIsSaid() throws Exception {
    Files.writeString(directory.resolve(ApiClient.ApiFile.NAME), "{}");
    assertThat(NodeDoctor.examine(directory)).anySatisfy(finding -> {
      assertThat(finding.verdict()).isEqualTo(Verdict.BAD);
      assertThat(finding.words()).contains("is not a node's");
    });
  }

  @Test
  void littleSpaceIsDoubtfulAndNoneIsBad() {
    assertThat(NodeDoctor.spaceVerdict(1024 * MIB)).isEqualTo(Verdict.GOOD);
    assertThat(NodeDoctor.spaceVerdict(1024 * MIB - 1)).isEqualTo(Verdict.DOUBTFUL);
    assertThat(NodeDoctor.spaceVerdict(200 * MIB)).isEqualTo(Verdict.DOUBTFUL);
    assertThat(NodeDoctor.spaceVerdict(200 * MIB - 1)).isEqualTo(Verdict.BAD);
  }
}
