package klatch.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.ApiClient;
import klatch.lightning.Network;
import klatch.regtest.chain.EmbeddedChain;
import klatch.regtest.chain.Folders;
import klatch.web.wire.NodeStatus;

/**
 * A node's whole start and end, twice: on a new data directory and on an existing one. The launcher has it recorded after
 * a build, so that the JVM finds the classes of a start laid out in one file.
 */
public final class StartTraining {
  private StartTraining() {}

  public static void main(String[] args) throws IOException {
    var directory = Files.createTempDirectory("klatch-training");
    try (var chain = EmbeddedChain.start(InstantSource.system())) {
      var rpc = chain.rpc();
      var options = new NodeOptions(directory, new NodeOptions.Storage(Optional.empty(), ""),
          new NodeOptions.Chain(Network.REGTEST,
              Optional.of(
                  new NodeOptions.Bitcoind(rpc.uri(), new NodeOptions.Login.Password(rpc.user(), rpc.password())))),
          new NodeOptions.Ports(List.of("/ip4/127.0.0.1/tcp/0"), 0, 0), Optional.of("training"), Optional.empty());
      for (int start = 0; start < 2; start++) {
        try (var _ = Node.start(options)) {
          ApiClient.of(directory).get("/status", NodeStatus.class);
        }
      }
    } finally {
      Folders.delete(directory);
    }
  }
}
