package klatch.libp2p.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/** A network of peers that have joined one topic, run as long as one likes. */
public final class Simulation {
  static final String TOPIC = "simulated";
  private static final long SECOND_MICROS = 1_000_000;

  private final Setup setup;
  private final Schedule schedule = new Schedule();
  private final Figures figures = new Figures();
  private final Network network;
  private final RandomGenerator random;
  private final List<RouterPeer> honest = new ArrayList<>();
  private final int attackers;

  /** The first peers are honest, the last ones attack. */
  public Simulation(Setup setup) {
    this.setup = setup;
    this.network = new Network(setup.conditions(), schedule, figures, setup.seed());
    this.random = network.random();
    this.attackers = (int) Math.round(setup.peers() * setup.attack().share());
    for (int i = 0; i < setup.peers() - attackers; i++) {
      RouterPeer peer = new RouterPeer(i, network, schedule, figures, setup.conditions(), setup.parameters(),
          setup.scoring(), Network.random(setup.seed() * 1_000_003 + i));
      network.add(peer);
      honest.add(peer);
    }
    for (int i = honest.size(); i < setup.peers(); i++) {
      network.add(new Attacker(i, setup.attack().kind(), TOPIC, network, schedule, random));
    }
    BitSet good = new BitSet();
    good.set(0, honest.size());
    figures.honest(good);
    honest.forEach(peer -> peer.join(TOPIC));
    for (int i = 0; i < setup.peers(); i++) {
      dial(i);
    }
    if (setup.attack().onePeer()) {
      for (int i = honest.size(); i < setup.peers(); i++) {
        network.connect(i, 0);
      }
    }
  }

  private void dial(int peer) {
    int made = 0;
    for (int tries = 0; tries < 20 * setup.dials() && made < setup.dials(); tries++) {
      int other = random.nextInt(setup.peers());
      boolean there = other >= honest.size() || honest.get(other).isOnline();
      if (there && network.connect(peer, other)) {
        made++;
      }
    }
  }

  public void run(double seconds) {
    schedule.run(schedule.nowMicros() + (long) (seconds * SECOND_MICROS));
  }

  /** From now on what is published and sent counts. */
  public void count() {
    figures.begin();
  }

  /** Honest peers drawn at random publish, evenly spaced from now on; does not run the time. */
  public void publish(int messages, double perSecond, int bytes) {
    for (int i = 0; i < messages; i++) {
      schedule.in((long) (i / perSecond * SECOND_MICROS), () -> publishOne(bytes));
    }
  }

  private void publishOne(int bytes) {
    BitSet there = new BitSet();
    for (int i = 0; i < honest.size(); i++) {
      there.set(i, honest.get(i).isOnline());
    }
    int author = random.nextInt(honest.size());
    while (!there.get(author)) {
      author = random.nextInt(honest.size());
    }
    int chosen = author;
    byte[] data = new byte[bytes];
    honest.get(author).publish(TOPIC, data,
        message -> figures.published(message, chosen, schedule.nowMicros(), there, setup.peers()));
  }

  /** For {@code seconds} from now on, that share of the honest peers goes every second, and each comes back after {@code away} seconds. */
  public void churn(double share, double away, int seconds) {
    for (int s = 0; s < seconds; s++) {
      schedule.in(s * SECOND_MICROS, () -> {
        int count = (int) Math.round(share * honest.size());
        for (int i = 0; i < count; i++) {
          goAway(random.nextInt(honest.size()), away);
        }
      });
    }
  }

  private void goAway(int peer, double away) {
    if (honest.get(peer).isOnline()) {
      honest.get(peer).online(false);
      figures.wentOffline(peer, schedule.nowMicros());
      network.disconnectAll(peer);
      schedule.in((long) (away * SECOND_MICROS), () -> {
        honest.get(peer).online(true);
        dial(peer);
      });
    }
  }

  /** Cuts the network in two for {@code seconds}; afterwards every peer of the first half dials again. */
  public void partition(double seconds) {
    int border = setup.peers() / 2;
    network.split(border);
    schedule.in((long) (seconds * SECOND_MICROS), () -> {
      network.heal();
      for (int i = 0; i < border; i++) {
        dial(i);
      }
    });
  }

  public Result result() {
    return figures.result(setup.peers());
  }

  /** Share of the messages that reached one honest peer. */
  public double deliveredTo(int peer) {
    return figures.deliveredTo(peer);
  }

  /** Neighbours of an honest peer that are honest. */
  public long honestNeighbours(int peer) {
    return honest.get(peer).mesh(TOPIC).stream().filter(id -> network.index(id) < honest.size()).count();
  }

  /** Mean number of neighbours of the honest peers. */
  public double meanMesh() {
    return honest.stream().mapToInt(peer -> peer.meshSize(TOPIC)).average().orElse(0);
  }

  /** Honest connections of an attacker on which the honest side ignores it. */
  public double shareOfAttackersIgnored() {
    long links = 0;
    long ignored = 0;
    for (int attacker = honest.size(); attacker < setup.peers(); attacker++) {
      for (int other : network.connections(attacker)) {
        if (other < honest.size()) {
          links++;
          ignored += honest.get(other).score(attacker) < setup.scoring().thresholds().graylist() ? 1 : 0;
        }
      }
    }
    return links == 0 ? 0 : ignored / (double) links;
  }
}
