package klatch.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** How times and amounts are read and shown. */
final class WordsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void amountsAreGroupedAndShowMillisatoshiOnlyWhereThereAreSome() {
    assertThat(Words.sat(10_000_000)).isEqualTo("10,000 sat");
    assertThat(Words.sat(1_234_567)).isEqualTo("1,234.567 sat");
    assertThat(Words.sat(7)).isEqualTo("0.007 sat");
    assertThat(Words.sat(0)).isEqualTo("0 sat");
  }

  @Test
  void aLocalTimeIsReadInItsZoneAlsoAcrossSummerTime() {
    assertThat(TimeText.moment("2026-12-01 19:00", BERLIN)).isEqualTo(1_796_148_000_000L);
    assertThat(TimeText.moment("2026-12-01T18:00Z", BERLIN)).isEqualTo(1_796_148_000_000L);
    assertThat(TimeText.moment("2026-07-01 19:00", BERLIN))
        .isEqualTo(TimeText.moment("2026-07-01T17:00Z", ZoneId.of("UTC")));
    assertThat(Words.moment(1_796_148_000_000L, "Europe/Berlin")).isEqualTo("Tue 1 Dec 2026 19:00 Europe/Berlin");
    assertThat(Words.moment(1_796_148_000_000L, "Mars/Olympus")).isEqualTo("Tue 1 Dec 2026 18:00 UTC");
  }

  @Test
  void lengthsOfTime() {
    assertThat(TimeText.span("12h")).isEqualTo(Duration.ofHours(12));
    assertThat(TimeText.span("1d2h30m5s")).isEqualTo(Duration.ofSeconds(95405));
    assertThat(TimeText.span("0s")).isZero();
    for (var wrong : new String[]{"", "h", "12", "-5m", "1h2d", "99999999h"}) {
      assertThatThrownBy(() -> TimeText.span(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("looks like 12h");
    }
  }

  @Test
  void aTableAlignsItsColumns() {
    var table = new Table("NAME", ">SAT");
    table.row("Zoë", "5");
    table.row("B", "1,000");
    var out = new StringWriter();
    table.print(new PrintWriter(out));
    assertThat(out.toString()).isEqualTo(String.join(System.lineSeparator(), "NAME    SAT", "Zoë       5",
        "B     1,000", ""));
  }
}
