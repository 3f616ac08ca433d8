package klatch.cli.p2p;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Json;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code klatch p2p dial}: checks another peer, one JSON line for each check. */
@Command(name = "dial", sortOptions = false, description = "Check a libp2p peer of any kind, one JSON line for each check; 1 if any fails.")
final class P2pDial implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Parameters(paramLabel = "MULTIADDR", description = "Where it listens, such as /ip4/127.0.0.1/tcp/4001/p2p/12D3…")
  String address;

  @Option(names = "--topic", paramLabel = "T", description = "A topic on which it answers each message with re: and its text, as klatch p2p listen does.")
  @Nullable
  String topic;

  @Override
  public Integer call() throws InterruptedException {
    Multiaddr target;
    try {
      target = Multiaddr.parse(address);
    } catch (MalformedMessageException e) {
      throw new ParameterException(spec.commandLine(), address + ": " + e.getMessage(), e);
    }
    var out = spec.commandLine().getOut();
    return new StrangerChecks(target, topic, check -> {
      out.println(Json.line(check));
      out.flush();
    }).run() ? 0 : 1;
  }
}
