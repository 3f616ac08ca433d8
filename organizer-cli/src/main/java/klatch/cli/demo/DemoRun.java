package klatch.cli.demo;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import klatch.cli.Main;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.Progress;
import klatch.regtest.chain.Folders;

/** What {@code klatch demo} does: builds the {@link World}, has one {@link Rehearsal}, and shows what came of it. */
final class DemoRun {
  private final DemoOptions options;
  private final PrintStream out;
  private final boolean json;
  private final boolean keep;
  private final String organiserMain;

  DemoRun(DemoOptions options, PrintStream out, boolean json, boolean keep) {
    this(options, out, json, keep, Main.class.getName());
  }

  /** @param organiserMain the organiser's program; a test may give one that cheats */
  DemoRun(DemoOptions options, PrintStream out, boolean json, boolean keep, String organiserMain) {
    this.options = options;
    this.out = out;
    this.json = json;
    this.keep = keep;
    this.organiserMain = organiserMain;
  }

  /** @return whether every balance is what the settlement says and the audit is clean */
  boolean run() throws Exception {
    var directory = Files.createTempDirectory("klatch-demo");
    boolean finished = false;
    try (var progress = new Progress(out, Progress.onTerminal() && !json); var footprint = Footprint.start()) {
      try (var world = World.build(options, directory, organiserMain, progress)) {
        var report = rehearse(world, progress);
        progress.end();
        finished = true;
        DemoTable.print(report, out);
        footprint.peak().map(Footprint.Peak::shown).ifPresent(out::println);
        if (keep) {
          sayWhereItRuns(directory);
        }
        if (json) {
          out.println(Json.line(report));
          out.flush();
        }
        if (keep) {
          Thread.currentThread().join();
        }
        return report.good();
      }
    } finally {
      if (finished) {
        Folders.delete(directory);
      } else {
        System.err.println("klatch demo: logs and data are left in " + directory);
      }
    }
  }

  private DemoReport rehearse(World world, Progress progress) throws Exception {
    try (var killer = new Killer(world, options.randomKills(), options.seed(), List.of(Killer.Victim.ORGANISER))) {
      return new Rehearsal(world, options, progress).run("Rehearsal", killer::start, killer::finish);
    }
  }

  private void sayWhereItRuns(Path directory) {
    out.println("Everything goes on running until Ctrl-C. The organiser's node: klatch status --data-dir "
        + directory.resolve("organiser"));
  }
}
