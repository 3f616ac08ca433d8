package klatch.commitments;

import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.InMemoryNetwork;

import java.time.InstantSource;

/** The in-memory node keeps the contract that real nodes keep, so tests on it mean something. */
final class InMemoryLightningTest extends LightningContract {
  @Override
  protected Stage stage() {
    InMemoryNetwork network = new InMemoryNetwork(InstantSource.system(), 7);
    return new InMemoryStage(network);
  }

  private static final class InMemoryStage implements Stage {
    private static final Msat CAPACITY = Msat.ofSat(2_000_000);
    private static final Msat BALANCE = Msat.ofSat(1_000_000);

    private final InMemoryNetwork network;
    private InMemoryLightning payer;
    private InMemoryLightning payee;

    InMemoryStage(InMemoryNetwork network) {
      this.network = network;
      payer = network.open("payer", CAPACITY, BALANCE, InMemoryLightning.Delivery.THREAD);
      payee = network.open("payee", CAPACITY, BALANCE, InMemoryLightning.Delivery.THREAD);
    }

    @Override
    public Lightning payer() {
      return payer;
    }

    @Override
    public Lightning payee() {
      return payee;
    }

    @Override
    public Lightning restartPayee() {
      payee.close();
      payee = network.open("payee", CAPACITY, BALANCE, InMemoryLightning.Delivery.THREAD);
      return payee;
    }

    @Override
    public Lightning killPayee() {
      return restartPayee();
    }

    @Override
    public Lightning restartPayer() {
      payer.close();
      payer = network.open("payer", CAPACITY, BALANCE, InMemoryLightning.Delivery.THREAD);
      return payer;
    }

    @Override
    public void mineBlock() {
      network.mine(1);
    }

    @Override
    public void close() {
      payer.close();
      payee.close();
    }
  }
}
