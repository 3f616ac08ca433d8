package klatch.lightning.chain;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import klatch.lightning.Network;
import klatch.lightning.chain.HeaderTree.Node;
import klatch.lightning.lnd.LndDoctor.Finding;
import klatch.lightning.lnd.LndDoctor.Verdict;

/** Looks whether a source of the chain can carry a Lightning node. */
public final class ChainDoctor {
  /** How far back it looks: what the node reads after an evening without it. */
  private static final int BLOCKS_BACK = 24;
  private static final Duration OLD = Duration.ofHours(3);
  private static final int TARGET_BLOCKS = 6;

  private final ChainSource source;
  private final CheckedChain chain;
  private final InstantSource clock;
  private final List<Finding> findings = new ArrayList<>();

  private ChainDoctor(ChainSource source, Network network, InstantSource clock) {
    this.source = source;
    this.clock = clock;
    this.chain = new CheckedChain(source, network, Optional.empty(), Duration.ZERO, Optional.empty(), clock);
  }

  /** Looks at everything, as far as it answers, and closes the source. */
  public static List<Finding> examine(ChainSource source, Network network, InstantSource clock) {
    ChainDoctor doctor = new ChainDoctor(source, network, clock);
    try {
      doctor.examineAll();
      return List.copyOf(doctor.findings);
    } finally {
      doctor.chain.close();
    }
  }

  private void examineAll() {
    Node tip;
    try {
      tip = chain.tip();
    } catch (ChainTroubleException e) {
      findings.add(new Finding(Verdict.BAD, "chain", e.trouble().message()));
      return;
    }
    findings.add(new Finding(Verdict.GOOD, "chain", source.name() + " is on " + chain.network().label() + ", at block "
        + tip.height() + ", which was checked"));
    age(tip);
    oldBlocks(tip);
    fees();
  }

  private void age(Node tip) {
    Duration age = Duration.between(Instant.ofEpochSecond(tip.header().time()), clock.instant());
    if (chain.network() != Network.REGTEST && age.compareTo(OLD) > 0) {
      findings.add(new Finding(Verdict.DOUBTFUL, "last block",
          "it is " + age.toMinutes() + " minutes old: the source may have lost its peers, or still be loading"));
    }
  }

  private void oldBlocks(Node tip) {
    try {
      Node node = tip;
      for (int i = 0; i < BLOCKS_BACK && node.height() > 0; i++) {
        node = chain.header(node.header().previous()).orElseThrow();
      }
      chain.block(node.header().hash());
      findings.add(new Finding(Verdict.GOOD, "blocks", "block " + node.height() + " can be had, and was checked"));
    } catch (ChainTroubleException e) {
      findings.add(new Finding(Verdict.BAD, "blocks", e.trouble().message()));
    }
  }

  private void fees() {
    try {
      OptionalDouble rate = chain.satPerVbyte(TARGET_BLOCKS);
      findings.add(rate.isPresent()
          ? new Finding(Verdict.GOOD, "fees", "%.1f sat a virtual byte for %d blocks".formatted(rate.getAsDouble(),
              TARGET_BLOCKS))
          : new Finding(chain.network() == Network.REGTEST ? Verdict.GOOD : Verdict.DOUBTFUL, "fees",
              "it has no estimate, and the node takes the lowest that is relayed"));
    } catch (ChainTroubleException e) {
      findings.add(new Finding(Verdict.DOUBTFUL, "fees", e.trouble().message()));
    }
  }
}
