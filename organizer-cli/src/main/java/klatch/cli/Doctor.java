package klatch.cli;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.node.NodeChain;
import klatch.cli.node.NodeMoney;
import klatch.cli.terminal.CommonOptions;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.lightning.Network;
import klatch.lightning.chain.ChainDoctor;
import klatch.lightning.lnd.LndDoctor;
import klatch.lightning.lnd.LndPermission;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code klatch doctor}: looks whether the node that runs here, or a chain or an LND to be, can carry deposits, before
 * anybody's money depends on it.
 */
@Command(name = "doctor", sortOptions = false, description = "Check what deposits depend on: the node that runs here (folder, disk, peers, chain, channels, room); or, before it starts, a bitcoind or an Esplora server (network, last blocks, fees), or an LND (certificate, macaroon, version, network, sync, inbound).", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:deposits can depend on it", "1:they cannot; each line says what to do", "2:wrong usage"})
final class Doctor implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  ChainOptions chain;

  @Mixin
  LndOptions lnd;

  @Option(names = "--network", paramLabel = "NETWORK", defaultValue = "regtest", converter = Up.NetworkConverter.class, description = "regtest or signet (default: ${DEFAULT-VALUE}).")
  Network network;

  @Mixin
  CommonOptions common;

  /**
   * What {@code --json} prints.
   *
   * @param bake absent if no LND was looked at
   */
  record Findings(boolean good, List<LndDoctor.Finding> findings, @Nullable String bake) {}

  @Override
  public Integer call() {
    List<LndDoctor.Finding> findings;
    try {
      findings = findings();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    boolean good = findings.stream().noneMatch(finding -> finding.verdict() == LndDoctor.Verdict.BAD);
    var out = spec.commandLine().getOut();
    if (common.json()) {
      out.println(Json.line(new Findings(good, findings, lnd.given() ? LndPermission.bakeCommand() : null)));
    } else {
      findings
          .forEach(finding -> out.println(mark(finding.verdict()) + "  " + finding.what() + ": " + finding.words()));
      if (lnd.given()) {
        out.println();
        out.println("A macaroon with just the rights that Klatch needs:");
        out.println("  " + LndPermission.bakeCommand());
      }
    }
    out.flush();
    return good ? ExitCode.OK : ExitCode.FAILED;
  }

  private List<LndDoctor.Finding> findings() {
    var blocks = chain.blocks();
    if (blocks.isEmpty() && !lnd.given()) {
      return NodeDoctor.examine(common.dataDir());
    }
    List<LndDoctor.Finding> findings = new ArrayList<>();
    blocks.ifPresent(known -> findings
        .addAll(ChainDoctor.examine(NodeChain.source(known, network), network, InstantSource.system())));
    if (lnd.given()) {
      findings.addAll(LndDoctor.examine(NodeMoney.lndConfig(lnd.required(), network)));
    }
    return findings;
  }

  private static String mark(LndDoctor.Verdict verdict) {
    return switch (verdict) {
      case GOOD -> "ok  ";
      case DOUBTFUL -> "look";
      case BAD -> "BAD ";
    };
  }
}
