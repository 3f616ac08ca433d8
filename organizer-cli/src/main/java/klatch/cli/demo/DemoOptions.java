package klatch.cli.demo;

import java.util.List;
import klatch.cli.node.ChainKind;
import klatch.cli.node.HaltAt;
import klatch.commitments.KillPoint;

/**
 * What a rehearsal is told.
 *
 * @param depositSat  each attendee's deposit
 * @param killAt      the steps around which the organiser's process halts, as {@code KillPoint.Step} names them
 * @param randomKills hard kills from outside at random moments, spread over the whole rehearsal
 * @param seed        of the random moments
 * @param organiser   the Lightning node of the organiser; LND wants a real bitcoind, and channels with each attendee
 */
record DemoOptions(int attendees, int noShows, long depositSat, ChainKind chain, Topology topology,
    List<String> killAt, int randomKills, long seed, Organiser organiser) {
  /** One routing node and one funding transaction serve them all; beyond this the machine is the limit, not the idea. */
  static final int MAX_ATTENDEES = 100;

  /** The kills are spread over the rehearsal; each costs a restart. */
  static final int MAX_KILLS = 1_000;

  enum Topology {
    ROUTED, DIRECT
  }

  enum Organiser {
    LDK, LND
  }

  DemoOptions(int attendees, int noShows, long depositSat, ChainKind chain, Topology topology, List<String> killAt,
      int randomKills, long seed) {
    this(attendees, noShows, depositSat, chain, topology, killAt, randomKills, seed, Organiser.LDK);
  }

  /** The same, on the stage that an LND needs. */
  DemoOptions withLnd() {
    return new DemoOptions(attendees, noShows, depositSat, ChainKind.BITCOIND, Topology.DIRECT, killAt, randomKills,
        seed,
        Organiser.LND);
  }

  DemoOptions {
    if (organiser == Organiser.LND && (chain != ChainKind.BITCOIND || topology != Topology.DIRECT)) {
      throw new IllegalArgumentException("an LND needs a bitcoind and channels of its own with the attendees");
    }
    killAt = List.copyOf(killAt);
    killAt.forEach(DemoOptions::organisersStep);
    if (attendees < 1 || attendees > MAX_ATTENDEES) {
      throw new IllegalArgumentException("--attendees must lie in 1.." + MAX_ATTENDEES + ", not " + attendees);
    }
    if (noShows < 0 || noShows > attendees) {
      throw new IllegalArgumentException("--no-shows must lie in 0.." + attendees + ", not " + noShows);
    }
    if (randomKills < 0 || randomKills > MAX_KILLS) {
      throw new IllegalArgumentException(
          "--kill-organiser-randomly must lie in 0.." + MAX_KILLS + ", not " + randomKills);
    }
  }

  int present() {
    return attendees - noShows;
  }

  private static void organisersStep(String name) {
    if (HaltAt.step(name) == KillPoint.Step.LOCKING) {
      throw new IllegalArgumentException("locking is an attendee's step; the organiser has offered, held, releasing,"
          + " collecting and paying");
    }
  }
}
