package klatch.cli.terminal;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows steps as they happen: a bar for each stage on a terminal, plain lines otherwise. Used by one thread. */
public final class Progress implements AutoCloseable {
  private final PrintStream out;
  private final boolean terminal;
  private final long begunNanos = System.nanoTime();
  private @Nullable ProgressBar bar;
  private String stage = "";
  private long done;

  public Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether somebody sees it happen. */
  public static boolean onTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /** Begins a stage of so many steps. */
  public void stage(String name, int steps) {
    end();
    stage = name;
    done = 0;
    if (terminal) {
      bar = new ProgressBarBuilder().setTaskName(String.format(Locale.ROOT, "%-22s", name)).setInitialMax(steps)
          .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK).setUpdateIntervalMillis(100).continuousUpdate().build();
    } else {
      line(name);
    }
  }

  /** One step of the stage is done. */
  public void step(String what) {
    done++;
    if (bar != null) {
      bar.stepTo(done);
      bar.setExtraMessage(" " + what);
    } else {
      line("  " + what);
    }
  }

  /** Something worth a line of its own. */
  public void note(String what) {
    if (bar != null) {
      end();
    }
    line("  " + what);
  }

  private void line(String text) {
    out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), text);
    out.flush();
  }

  /** Since this began. */
  public double seconds() {
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  /** The one that is shown. */
  public String stage() {
    return stage;
  }

  /** Ends the stage that is shown. */
  public void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  @Override
  public void close() {
    end();
  }
}
