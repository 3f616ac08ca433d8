package klatch.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import klatch.cli.node.ChainKind;
import klatch.regtest.LndProgram;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole evening whose organiser's deposits lie at a real LND. */
@Timeout(180)
final class LndDemoIT {
  @Test
  void anEveningAtARealLndIsExactToTheMillisatoshi() throws Exception {
    Assumptions.assumeTrue(LndProgram.locate() instanceof LndProgram.Search.Found,
        () -> LndProgram.locate().toString());
    var options = new DemoOptions(2, 1, 10_000, ChainKind.EMBEDDED, DemoOptions.Topology.ROUTED,
        List.of(), 0, 1).withLnd();
    var bytes = new ByteArrayOutputStream();
    boolean good;
    try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      good = new DemoRun(options, out, true, false).run();
    }
    var lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(good).as("%s", lines).isTrue();
    assertThat(lines.getLast()).contains("\"chain\":\"bitcoind\"").contains("\"audit\":\"clean\"");
  }
}
