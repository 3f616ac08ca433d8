package klatch.cli;

import klatch.cli.bench.Bench;
import klatch.cli.demo.Demo;
import klatch.cli.door.CheckIn;
import klatch.cli.door.Door;
import klatch.cli.door.PresenceCommand;
import klatch.cli.event.EventCommand;
import klatch.cli.event.NoticeList;
import klatch.cli.event.Rsvp;
import klatch.cli.group.GroupCommand;
import klatch.cli.lightning.ChannelCommand;
import klatch.cli.lightning.LightningCommand;
import klatch.cli.lightning.WalletCommand;
import klatch.cli.money.Audit;
import klatch.cli.money.Claim;
import klatch.cli.money.Lock;
import klatch.cli.money.OwnDeposits;
import klatch.cli.money.Report;
import klatch.cli.money.Settle;
import klatch.cli.node.NodeFailedException;
import klatch.cli.node.RunningNode;
import klatch.cli.node.StartRefusedException;
import klatch.cli.p2p.P2p;
import klatch.cli.people.BringKey;
import klatch.cli.people.Connect;
import klatch.cli.people.Find;
import klatch.cli.people.PersonCommand;
import klatch.cli.people.Profile;
import klatch.cli.regtest.Regtest;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.ExitCode;
import klatch.cli.terminal.Json;
import klatch.cli.terminal.NoNodeException;
import klatch.web.wire.ErrorReply;
import klatch.web.wire.PublicCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The {@code klatch} command line: every subcommand, and what each kind of failure looks like to the person. */
@Command(name = "klatch", mixinStandardHelpOptions = true, version = "klatch "
    + klatch.web.Version.NUMBER, description = "A meetup app with no company in the middle.", synopsisSubcommandLabel = "COMMAND", subcommands = {
        Status.class, Connect.class, Profile.class, BringKey.class, PersonCommand.class, Find.class, GroupCommand.class,
        EventCommand.class, NoticeList.class,
        Rsvp.class, Lock.class, Door.class,
        CheckIn.class, PresenceCommand.class, Settle.class, Claim.class, OwnDeposits.class, Audit.class, Report.class,
        Open.class, Export.class,
        LightningCommand.class,
        ChannelCommand.class,
        WalletCommand.class, Doctor.class}, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
            "0:done", "1:failed; for audit and doctor: not well", "2:wrong usage", "3:no node to talk to",
            "4:no such event, group or person here (perhaps not yet)", "5:the rules do not allow it",
            "6:something does not answer: try again later"})
public final class Commands {
  private static final String UNAVAILABLE = PublicCode.UNAVAILABLE.label();

  private Commands() {}

  /** @param starter what {@code klatch up} starts */
  public static CommandLine of(RunningNode.Starter starter) {
    var line = new CommandLine(new Commands());
    line.addSubcommand(new Up(starter));
    line.addSubcommand(new Demo());
    line.addSubcommand(new Regtest());
    line.addSubcommand(new Bench());
    line.addSubcommand(new P2p());
    line.addSubcommand(new Completion());
    addHelp(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExitCodeExceptionMapper(Commands::exitCode);
    line.setExecutionExceptionHandler((failure, command, _) -> explain(failure, command));
    return line;
  }

  private static void addHelp(CommandLine line) {
    for (var command : line.getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec();
      spec.mixinStandardHelpOptions(true);
      addHelp(command);
    }
  }

  private static int exitCode(Throwable failure) {
    return switch (failure) {
      case NoNodeException _ -> ExitCode.NO_NODE;
      case ParameterException _ -> ExitCode.USAGE;
      case ApiRefusedException refused -> ExitCode.of(refused.code());
      default -> ExitCode.FAILED;
    };
  }

  /** One line on stderr; with {@code --json} the same as an object, the last line of stdout. */
  private static int explain(Exception failure, CommandLine line) throws Exception {
    var code = switch (failure) {
      case ApiRefusedException refused -> refused.code();
      case NoNodeException _ -> UNAVAILABLE;
      case StartRefusedException _,NodeFailedException _ -> UNAVAILABLE;
      default -> throw failure;
    };
    var message = String.valueOf(failure.getMessage());
    line.getErr().println("klatch: " + message);
    line.getErr().flush();
    if (line.getParseResult().hasMatchedOption("--json")) {
      line.getOut().println(Json.line(new ErrorReply(new ErrorReply.Fault(code, message))));
      line.getOut().flush();
    }
    return exitCode(failure);
  }
}
