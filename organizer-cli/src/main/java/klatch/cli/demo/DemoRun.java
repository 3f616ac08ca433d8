package klatch.cli.demo;

import java.io.PrintStream;

final class DemoRun {
  DemoRun(DemoOptions options, PrintStream out, boolean json, boolean keep) {}

  boolean run() throws Exception {
    return false;
  }
}
