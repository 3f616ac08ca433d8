package klatch.libp2p.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.libp2p.simulation.Setup.Attack;
import klatch.libp2p.simulation.Setup.Kind;
import org.junit.jupiter.api.Test;

/** The router of the hosts, many times, in simulated time. A failure is replayed by its seed, which stands in the test. */
class GossipSimulationTest {
  private static final long SEED = 7;
  private static final int PAYLOAD = 1024;

  /** Warms up, publishes 20 messages in 4 seconds, and waits for gossip to do the rest. */
  private static Simulation finished(Setup setup) {
    Simulation simulation = new Simulation(setup);
    simulation.run(12);
    finish(simulation);
    return simulation;
  }

  private static void finish(Simulation simulation) {
    simulation.count();
    simulation.publish(20, 5, PAYLOAD);
    simulation.run(11);
  }

  private static void assertAllDelivered(Simulation simulation) {
    Result result = simulation.result();
    assertThat(result.deliveryRatio()).as(result.toString()).isEqualTo(1.0);
    assertThat(result.repeats()).isZero();
  }

  @Test
  void aSeedReplaysExactly() {
    Setup setup = Setup.of(40, SEED).conditions(Conditions.INTERNET.withLoss(0.05));
    Result first = finished(setup).result();
    assertThat(finished(setup).result()).isEqualTo(first);
    assertThat(finished(Setup.of(40, SEED + 1).conditions(Conditions.INTERNET.withLoss(0.05))).result())
        .isNotEqualTo(first);
  }

  @Test
  void aSteadyMeshDeliversAllWithAtMostTwiceThePayload() {
    Simulation simulation = finished(Setup.of(150, SEED));
    assertAllDelivered(simulation);
    assertThat(simulation.result().copies()).isLessThanOrEqualTo(2.1);
    assertThat(simulation.meanMesh()).isBetween(4.0, 12.0);
  }

  @Test
  void hopsGrowSlowerThanPeers() {
    Result few = finished(Setup.of(30, SEED)).result();
    Result many = finished(Setup.of(300, SEED)).result();
    assertThat(many.deliveryRatio()).isEqualTo(1.0);
    assertThat(many.meanHops()).isLessThan(3 * few.meanHops());
    assertThat(many.copies()).isLessThan(1.5 * few.copies());
  }

  @Test
  void gossipMakesUpForLostRpcs() {
    Simulation simulation = finished(Setup.of(100, SEED).conditions(Conditions.INTERNET.withLoss(0.1)));
    assertAllDelivered(simulation);
    assertThat(simulation.result().lostRpcs()).isPositive();
  }

  @Test
  void peersThatComeAndGoDoNotKeepOthersFromAnything() {
    Simulation simulation = new Simulation(Setup.of(100, SEED));
    simulation.run(12);
    simulation.churn(0.03, 3, 12);
    finish(simulation);
    assertAllDelivered(simulation);
  }

  @Test
  void aNetworkCutInTwoCatchesUpWhenItIsWholeAgain() {
    Simulation simulation = new Simulation(Setup.of(100, SEED));
    simulation.run(12);
    simulation.partition(2);
    finish(simulation);
    assertAllDelivered(simulation);
    assertThat(simulation.result().mostMillis()).as("some had to wait for the end of the cut").isGreaterThan(500);
  }

  @Test
  void spammersAreIgnoredAndStopNothing() {
    Simulation simulation = finished(Setup.of(100, SEED).attack(new Attack(Kind.SPAM, 0.2, false)));
    assertAllDelivered(simulation);
    assertThat(simulation.shareOfAttackersIgnored()).isEqualTo(1.0);
  }

  @Test
  void silentNeighboursStopNothing() {
    assertAllDelivered(finished(Setup.of(100, SEED).attack(new Attack(Kind.ECLIPSE, 0.2, false))));
  }

  @Test
  void aPeerSurroundedByAttackersStillGetsEverything() {
    Simulation simulation = finished(Setup.of(100, SEED).attack(new Attack(Kind.ECLIPSE, 0.2, true)));
    assertThat(simulation.deliveredTo(0)).isEqualTo(1.0);
    assertThat(simulation.honestNeighbours(0)).isPositive();
  }
}
