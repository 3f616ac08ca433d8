package klatch.cli.people;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.web.wire.Groups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code klatch connect MULTIADDR}. */
@Command(name = "connect", description = "Connect to a peer by its address and stay in sync with it, such as a community's node that is always on. An invite does this by itself.")
public final class Connect implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "MULTIADDR", description = "Where it listens, as its klatch status says, such as /ip4/192.0.2.7/tcp/4001/p2p/12D3….")
  String multiaddr;

  @Override
  public Integer call() {
    return session.show(session.api().post("/peers", new Groups.Connect(multiaddr), Groups.Connected.class),
        answer -> session.say("Connected to " + answer.peerId() + ", and again whenever it is gone."));
  }
}
