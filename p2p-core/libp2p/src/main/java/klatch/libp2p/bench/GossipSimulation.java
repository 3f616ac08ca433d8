package klatch.libp2p.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import klatch.libp2p.simulation.Conditions;
import klatch.libp2p.simulation.Result;
import klatch.libp2p.simulation.Setup.Attack;
import klatch.libp2p.simulation.Setup.Kind;
import klatch.libp2p.simulation.Setup;
import klatch.libp2p.simulation.Simulation;

/**
 * How gossip spreads in simulated networks: to 10, 100, 1,000 and 10,000 peers, under loss, churn, partition and attack.
 *
 * <p>
 * Arguments: the largest number of peers (default 10,000), the seed (default 1), bytes of a message (default 1,024).
 */
public final class GossipSimulation {
  private static final double WARM_UP_SECONDS = 20;
  private static final double AFTERWARDS_SECONDS = 8;
  private static final int MESSAGES = 50;
  private static final double PER_SECOND = 5;

  private final long seed;
  private final int bytes;

  private GossipSimulation(long seed, int bytes) {
    this.seed = seed;
    this.bytes = bytes;
  }

  public static void main(String[] args) {
    int most = argument(args, 0, 10_000);
    GossipSimulation runs = new GossipSimulation(argument(args, 1, 1), argument(args, 2, 1024));
    System.out.printf(Locale.ROOT, "seed %d, %d messages of %d bytes, %.0f a second; one-way latency 40 ms in the "
        + "median, 10 Mbit/s up%n", runs.seed, MESSAGES, runs.bytes, PER_SECOND);
    System.out.println("| run | peers | delivered | copies | hops mean / most | ms p50 / p99 / most | control bytes "
        + "a delivery | mesh | wall s |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    for (int peers : List.of(10, 100, 1_000, 10_000)) {
      if (peers <= most) {
        runs.steady("steady", Setup.of(peers, runs.seed));
      }
    }
    int some = Math.min(1_000, most);
    runs.steady("1 % of RPCs lost", Setup.of(some, runs.seed).conditions(Conditions.INTERNET.withLoss(0.01)));
    runs.churn(Setup.of(some, runs.seed));
    runs.partition(Setup.of(some, runs.seed));
    runs.attack("20 % spam", Setup.of(some, runs.seed).attack(new Attack(Kind.SPAM, 0.2, false)));
    runs.attack("20 % silent", Setup.of(some, runs.seed).attack(new Attack(Kind.ECLIPSE, 0.2, false)));
    runs.attack("20 % silent, all at one peer", Setup.of(some, runs.seed).attack(new Attack(Kind.ECLIPSE, 0.2, true)));
  }

  private static int argument(String[] args, int index, int otherwise) {
    return args.length > index ? Integer.parseInt(args[index]) : otherwise;
  }

  private void steady(String name, Setup setup) {
    long began = System.nanoTime();
    Simulation simulation = new Simulation(setup);
    simulation.run(WARM_UP_SECONDS);
    publishAndFinish(simulation);
    print(name, simulation, began, List.of());
  }

  private void publishAndFinish(Simulation simulation) {
    simulation.count();
    simulation.publish(MESSAGES, PER_SECOND, bytes);
    simulation.run(MESSAGES / PER_SECOND + AFTERWARDS_SECONDS);
  }

  private void churn(Setup setup) {
    long began = System.nanoTime();
    Simulation simulation = new Simulation(setup);
    simulation.run(WARM_UP_SECONDS);
    simulation.churn(0.02, 5, 18);
    publishAndFinish(simulation);
    print("2 % of peers go each second, for 5 s", simulation, began, List.of());
  }

  private void partition(Setup setup) {
    long began = System.nanoTime();
    Simulation simulation = new Simulation(setup);
    simulation.run(WARM_UP_SECONDS);
    simulation.partition(2);
    publishAndFinish(simulation);
    print("cut in two for 2 s", simulation, began, List.of());
  }

  private void attack(String name, Setup setup) {
    long began = System.nanoTime();
    Simulation simulation = new Simulation(setup);
    simulation.run(WARM_UP_SECONDS);
    publishAndFinish(simulation);
    List<String> more = new ArrayList<>();
    more.add(String.format(Locale.ROOT, "attackers ignored on %.0f %% of their connections",
        100 * simulation.shareOfAttackersIgnored()));
    if (setup.attack().onePeer()) {
      more.add(String.format(Locale.ROOT, "the victim got %.1f %%, honest neighbours %d",
          100 * simulation.deliveredTo(0), simulation.honestNeighbours(0)));
    }
    print(name, simulation, began, more);
  }

  private static void print(String name, Simulation simulation, long began, List<String> more) {
    Result r = simulation.result();
    System.out.printf(Locale.ROOT, "| %s | %,d | %.3f %% | %.2f | %.1f / %d | %d / %d / %d | %.0f | %.1f | %.1f |%s%n",
        name, r.peers(), 100 * r.deliveryRatio(), r.copies(), r.meanHops(), r.mostHops(), r.medianMillis(),
        r.p99Millis(), r.mostMillis(), r.controlBytes(), simulation.meanMesh(), (System.nanoTime() - began) / 1e9,
        more.isEmpty() ? "" : " " + String.join("; ", more));
    if (r.repeats() > 0) {
      throw new IllegalStateException(r.repeats() + " messages were delivered twice");
    }
  }
}
