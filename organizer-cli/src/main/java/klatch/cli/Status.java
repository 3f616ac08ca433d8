package klatch.cli;

import java.util.concurrent.Callable;
import klatch.cli.lightning.ChannelList;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.NodeStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code klatch status}. */
@Command(name = "status", description = "Your running node: addresses, peers, Lightning.")
final class Status implements Callable<Integer> {
  @Mixin
  Session session;

  @Override
  public Integer call() {
    return session.show(session.api().get("/status", NodeStatus.class), this::words);
  }

  private void words(NodeStatus status) {
    session.say("Klatch " + status.version() + " on " + status.network()
        + (status.nickname() == null ? "" : ", you are " + status.nickname()));
    session.say("  person     " + status.person());
    session.say("  peer id    " + status.peerId());
    status.listen().forEach(address -> session.say("  peers at   " + address));
    session.say("  peers      " + status.peers().size());
    status.peers().forEach(peer -> session.say("    " + peer.peerId() + "  " + peer.address()));
    if (status.unseen() > 0) {
      session.say("  new        " + Words.count(status.unseen(), "notice", "notices") + ": klatch notices");
    }
    var lightning = status.lightning();
    if (lightning == null) {
      session.say("  Lightning  none: meetups work, deposits need klatch up --bitcoind-url or --esplora");
      return;
    }
    session.say("  Lightning  " + lightning.nodeId() + "@" + lightning.address());
    session.say("  height     " + lightning.height());
    if (lightning.chain() != null) {
      session.say("  chain      " + lightning.chain());
    }
    session.say("  balance    " + Words.sat(lightning.balanceMsat()));
    if (!lightning.channels().isEmpty()) {
      session.say("");
      ChannelList.print(lightning.channels(), session.out());
    }
  }
}
