package klatch.lightning;

import java.nio.file.Path;
import klatch.commitments.Lightning;
import klatch.commitments.LightningContract;
import org.junit.jupiter.api.io.TempDir;

/** The port's contract on embedded LDK nodes: two people, each with a channel to a routing node. */
final class LdkLightningContractIT extends LightningContract {
  @TempDir
  static Path directory;

  @Override
  protected Stage stage() {
    LdkTestNetwork network = new LdkTestNetwork(directory.resolve("postgres"));
    return new Stage() {
      @Override
      public Lightning payer() {
        return network.payer().lightning();
      }

      @Override
      public Lightning payee() {
        return network.payee().lightning();
      }

      @Override
      public Lightning restartPayee() {
        network.payee().restart();
        network.awaitUsable();
        return network.payee().lightning();
      }

      @Override
      public Lightning killPayee() {
        network.payee().kill();
        network.awaitUsable();
        return network.payee().lightning();
      }

      @Override
      public Lightning restartPayer() {
        network.payer().restart();
        network.awaitUsable();
        return network.payer().lightning();
      }

      @Override
      public void mineBlock() {
        network.mine(1);
      }

      @Override
      public void close() {
        network.close();
      }
    };
  }
}
