package klatch.cli;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.lightning.Network;
import klatch.lightning.lnd.LndDoctor;
import klatch.lightning.lnd.LndPermission;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch doctor}: looks whether an LND can carry deposits, before anybody's money depends on it. */
@Command(name = "doctor", sortOptions = false, description = "Check an LND before deposits lie at it: certificate, macaroon, version, network, sync, inbound.", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:deposits can lie there", "1:they cannot; each line says what to do", "2:wrong usage"})
final class Doctor implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  LndOptions lnd;

  @Option(names = "--network", paramLabel = "NETWORK", defaultValue = "regtest", converter = Up.NetworkConverter.class, description = "regtest or signet (default: ${DEFAULT-VALUE}).")
  Network network;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /** What {@code --json} prints. */
  record Findings(boolean good, List<LndDoctor.Finding> findings, String bake) {}

  @Override
  public Integer call() {
    List<LndDoctor.Finding> findings;
    try {
      findings = LndDoctor.examine(NodeMoney.lndConfig(lnd.required(), network));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    boolean good = findings.stream().noneMatch(finding -> finding.verdict() == LndDoctor.Verdict.BAD);
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.line(new Findings(good, findings, LndPermission.bakeCommand())));
    } else {
      findings
          .forEach(finding -> out.println(mark(finding.verdict()) + "  " + finding.what() + ": " + finding.words()));
      out.println();
      out.println("A macaroon with just the rights that Klatch needs:");
      out.println("  " + LndPermission.bakeCommand());
    }
    out.flush();
    return good ? ExitCode.OK : ExitCode.REFUSED;
  }

  private static String mark(LndDoctor.Verdict verdict) {
    return switch (verdict) {
      case GOOD -> "ok  ";
      case DOUBTFUL -> "look";
      case BAD -> "BAD ";
    };
  }
}
