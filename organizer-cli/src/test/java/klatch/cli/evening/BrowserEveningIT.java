package klatch.cli.evening;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import klatch.cli.demo.DemoReport;
import klatch.cli.node.ChainKind;
import klatch.regtest.browser.Chromium;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole evening by browser on real Lightning, as small as it can be with everybody in it. */
@Timeout(180)
final class BrowserEveningIT {
  private static final long DEPOSIT_MSAT = 10_000_000;

  @TempDir
  Path pictures;

  @Test
  void threeLockTwoComeAGuestIsPaidByHerPageAndEverySatoshiIsWhereThePagesSay() throws Exception {
    Assumptions.assumeTrue(Chromium.installed(), "needs Chromium on the PATH");
    var said = new ByteArrayOutputStream();
    EveningRun.Result result;
    try (var out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      result = new EveningRun(new EveningPlan(3, 2, 1, 10_000, ChainKind.EMBEDDED), Optional.of(pictures), out).run();
    }
    var evening = result.evening();
    assertThat(result.faults()).isEmpty();
    assertThat(evening.audit()).isEqualTo("clean");
    assertThat(result.good()).as("%s", said).isTrue();
    assertThat(evening.attendees()).extracting(DemoReport.Attendee::heldMsat).containsOnly(DEPOSIT_MSAT);
    assertThat(evening.attendees()).extracting(DemoReport.Attendee::releasedMsat)
        .containsExactly(DEPOSIT_MSAT, DEPOSIT_MSAT, 0L);
    assertThat(evening.attendees()).extracting(DemoReport.Attendee::forfeitedMsat).containsExactly(0L, 0L,
        DEPOSIT_MSAT);
    long paid = evening.attendees().stream().mapToLong(DemoReport.Attendee::payoutMsat).sum();
    assertThat(DEPOSIT_MSAT - paid - evening.organiser().feesMsat()).as("what cannot be shared out").isBetween(0L,
        999L);
    assertThat(evening.attendees().get(1).payoutMsat()).as("claimed on the guests' page").isGreaterThan(4_000_000);
    for (var picture : result.pictures()) {
      assertThat(pictures.resolve(picture.file())).isNotEmptyFile();
    }
    assertThat(Files.readString(pictures.resolve("report.txt"))).contains("Every millisatoshi is accounted for.");
  }
}
