package klatch.cli.lightning;

import java.util.concurrent.Callable;
import klatch.cli.terminal.ApiRefusedException;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.NodeStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch lightning info}. */
@Command(name = "info", description = "Where others reach your Lightning node, what it has, and how much it can take or pay at once.")
final class LightningInfo implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    var lightning = session.api().get("/status", NodeStatus.class).lightning();
    if (lightning == null) {
      throw new ApiRefusedException("unavailable",
          "no Lightning node connected: start the node with --bitcoind-url");
    }
    return session.show(lightning, this::words);
  }

  private void words(NodeStatus.Lightning lightning) {
    session.say("  node       " + lightning.nodeId() + "@" + lightning.address());
    session.say("  height     " + lightning.height());
    session.say("  channels   " + lightning.channels().size());
    session.say("  balance    " + Words.sat(lightning.balanceMsat()));
    session.say("  can pay    " + Words.sat(largest(lightning, true)) + " at once");
    session.say("  can take   " + Words.sat(largest(lightning, false)) + " at once");
    session.say("  room       " + lightning.room().slots() + " deposits, together up to "
        + Words.sat(lightning.room().toHoldMsat()));
    if (!lightning.room().advice().isEmpty()) {
      session.say("  no room    " + lightning.room().advice());
    }
    var reserve = lightning.reserve();
    if (reserve != null) {
      session.say("  on chain   " + Words.sat(reserve.confirmedSat() * 1_000) + ", of which "
          + Words.sat(reserve.neededSat() * 1_000) + " are kept for closing anchor channels");
      if (!reserve.advice().isEmpty()) {
        session.say("  too little " + reserve.advice());
      }
    }
  }

  private static long largest(NodeStatus.Lightning lightning, boolean send) {
    return lightning.channels().stream().filter(NodeStatus.Channel::usable)
        .mapToLong(channel -> send ? channel.canSendMsat() : channel.canReceiveMsat()).max().orElse(0);
  }
}
