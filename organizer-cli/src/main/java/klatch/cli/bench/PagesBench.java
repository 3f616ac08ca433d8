package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.lightning.Network;
import klatch.regtest.browser.Chromium;
import klatch.regtest.browser.FirstVisit;
import klatch.regtest.chain.Folders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code klatch bench pages}: from the link of a node whose API is up to the first heading, in a real browser. */
@Command(name = "pages", sortOptions = false, description = "How long the first page takes in a real browser (Chromium) once the API is up, and what it costs.")
public final class PagesBench implements Callable<Integer> {
  private static final double MILLIS_IN_NANOS = 1e6;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "9", description = "How often, each in a fresh profile; the medians count (default: ${DEFAULT-VALUE}).")
  int runs;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /**
   * Medians but for the first and the slowest visit.
   *
   * @param headingMillis from asking the browser to follow the link until its heading can be read
   */
  @JsonPropertyOrder({"runs", "headingMillis", "firstMillis", "mostMillis", "visit"})
  record Result(int runs, long headingMillis, long firstMillis, long mostMillis, FirstVisit visit) {}

  @Override
  public Integer call() throws Exception {
    if (!Chromium.installed()) {
      System.err.println("klatch: this needs Chromium on the PATH");
      return ExitCode.UNAVAILABLE;
    }
    var directory = Files.createTempDirectory("klatch-bench-pages");
    var options = new NodeOptions(directory, new NodeOptions.Storage(Optional.empty(), ""),
        new NodeOptions.Chain(Network.REGTEST, Optional.empty()),
        new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/0"), 0, 0), Optional.empty(), Optional.empty());
    try (var node = Node.start(options)) {
      var browser = Chromium.shared();
      var headings = new ArrayList<Long>();
      var visits = new ArrayList<FirstVisit>();
      for (int run = 0; run < runs; run++) {
        try (var page = browser.person()) {
          long began = System.nanoTime();
          page.go(node.pagesLink().toString()).sees("What should we call you?");
          headings.add(Math.round((System.nanoTime() - began) / MILLIS_IN_NANOS));
          visits.add(FirstVisit.of(page));
        }
      }
      show(result(headings, visits));
    } finally {
      Folders.delete(directory);
    }
    return ExitCode.OK;
  }

  private Result result(List<Long> headings, List<FirstVisit> visits) {
    var visit = new FirstVisit(median(visits.stream().map(FirstVisit::paintMillis).toList()),
        (int) median(visits.stream().map(one -> (long) one.requests()).toList()),
        median(visits.stream().map(FirstVisit::bytes).toList()),
        median(visits.stream().map(FirstVisit::scriptBytes).toList()),
        (int) median(visits.stream().map(one -> (long) one.elements()).toList()));
    return new Result(runs, median(headings), headings.getFirst(), headings.stream().max(Long::compare).orElseThrow(),
        visit);
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
      return;
    }
    var visit = result.visit();
    System.out.printf(Locale.ROOT, "%d visits, medians: first heading after %d ms (the very first visit %d ms, the"
        + " slowest %d ms), first paint %d ms%n%d requests, %,d bytes, scripts %,d bytes, %d elements%n", result.runs(),
        result.headingMillis(), result.firstMillis(), result.mostMillis(), visit.paintMillis(), visit.requests(),
        visit.bytes(), visit.scriptBytes(), visit.elements());
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
