package klatch.cli;

import java.util.concurrent.Callable;
import klatch.cli.terminal.ExitCode;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code klatch completion}: a shell script that knows every command and option. */
@Command(name = "completion", description = "Print a script that makes bash and zsh complete commands and options: source <(./klatch completion).")
final class Completion implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    out.print(AutoComplete.bash("klatch", spec.root().commandLine()));
    out.flush();
    return ExitCode.OK;
  }
}
