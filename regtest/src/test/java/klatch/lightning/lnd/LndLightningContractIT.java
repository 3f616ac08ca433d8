package klatch.lightning.lnd;

import java.nio.file.Path;
import klatch.commitments.Lightning;
import klatch.commitments.LightningContract;
import org.junit.jupiter.api.io.TempDir;

/** The port's contract on real LNDs, with a macaroon that allows nothing but what is needed. */
final class LndLightningContractIT extends LightningContract {
  @TempDir
  static Path directory;

  @Override
  protected Stage stage() {
    LndTestNetwork network = new LndTestNetwork(directory.resolve("postgres"));
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
        return network.payee().restart();
      }

      @Override
      public Lightning killPayee() {
        network.payee().stop();
        network.payee().killLnd();
        Lightning again = network.payee().start();
        network.awaitUsable();
        return again;
      }

      @Override
      public Lightning restartPayer() {
        return network.payer().restart();
      }

      @Override
      public void mineBlock() {
        network.mineBlock();
      }

      @Override
      public void close() {
        network.close();
      }
    };
  }
}
