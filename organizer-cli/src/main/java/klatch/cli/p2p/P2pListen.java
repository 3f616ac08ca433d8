package klatch.cli.p2p;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import klatch.cli.terminal.Json;
import klatch.libp2p.ListenException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code klatch p2p listen}: serves strangers until the process is stopped, and says what happens in JSON lines. */
@Command(name = "listen", sortOptions = false, description = "Listen, say where, and serve everything that klatch p2p dial tries, until stopped.")
final class P2pListen implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Option(names = "--listen", paramLabel = "MULTIADDR", split = ",", defaultValue = "/ip4/0.0.0.0/tcp/0,/ip4/0.0.0.0/tcp/0/ws", description = "Where to listen; may be given again (default: ${DEFAULT-VALUE}).")
  List<String> listen;

  @Option(names = "--topic", paramLabel = "T", description = "Join this topic: print each message, and answer it once with re: and its text.")
  @Nullable
  String topic;

  @Override
  public Integer call() throws InterruptedException {
    var out = spec.commandLine().getOut();
    try {
      var peer = ServingPeer.start(listen);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(peer::close));
      if (topic != null) {
        peer.answer(topic, heard -> say(out, heard));
      }
      peer.addresses().forEach(address -> say(out, Map.of("listen", address)));
      // Until the process is told to stop, which runs what was added above.
      new CountDownLatch(1).await();
      return 0;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (ListenException e) {
      spec.commandLine().getErr().println("klatch: " + e.getMessage());
      return 1;
    }
  }

  /** One line whole, whoever else prints. */
  private static void say(java.io.PrintWriter out, Object line) {
    synchronized (P2pListen.class) {
      out.println(Json.line(line));
      out.flush();
    }
  }
}
