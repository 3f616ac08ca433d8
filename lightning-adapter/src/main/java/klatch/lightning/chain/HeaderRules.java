package klatch.lightning.chain;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import klatch.lightning.Network;

/**
 * What a header must fulfil on a network (Bitcoin Core's pow.cpp and validation.cpp).
 *
 * @param genesis   the hash of the first block
 * @param easiest   the highest target that the network allows, in its short form
 * @param leastWork a first header with less cannot be of this network as it is today
 * @param retargets whether the difficulty follows the time that blocks take
 */
record HeaderRules(Network network, String genesis, int easiest, BigInteger leastWork, boolean retargets) {
  private static final int RETARGET_BLOCKS = 2_016;
  /** One step of the difficulty is at most this factor, either way. */
  private static final BigInteger MOST_CHANGE = BigInteger.valueOf(4);
  /** MAX_FUTURE_BLOCK_TIME. */
  private static final Duration MOST_AHEAD = Duration.ofHours(2);
  /** About a thousandth of mainnet's work a block in 2025: a chain that is easier by so much is somebody's own. */
  private static final BigInteger MAINNET_LEAST_WORK = BigInteger.ONE.shiftLeft(68);

  static HeaderRules of(Network network) {
    return switch (network) {
      case REGTEST -> new HeaderRules(network, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
          0x207fffff, BigInteger.ONE, false);
      case SIGNET -> new HeaderRules(network, "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
          0x1e0377ae, BigInteger.ONE, true);
      case MAINNET -> new HeaderRules(network, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
          0x1d00ffff, MAINNET_LEAST_WORK, true);
    };
  }

  /** What is wrong with a header by itself. */
  Optional<String> wrong(BlockHeader header, Instant now) {
    BigInteger target = BlockHeader.target(header.bits());
    if (target.signum() == 0 || target.compareTo(BlockHeader.target(easiest)) > 0) {
      return Optional.of("block " + header.hash() + " claims a difficulty that " + network.label() + " does not allow");
    }
    if (!header.proven()) {
      return Optional.of("block " + header.hash() + " has no proof of work");
    }
    // On regtest whoever mines sets the clock.
    if (network != Network.REGTEST && header.time() > now.plus(MOST_AHEAD).getEpochSecond()) {
      return Optional.of("block " + header.hash() + " is dated " + Instant.ofEpochSecond(header.time())
          + ", and it is " + now + " (is this machine's clock right?)");
    }
    return Optional.empty();
  }

  /** What is wrong with a header as the one after its parent. */
  Optional<String> wrongAfter(BlockHeader header, BlockHeader parent, int height) {
    boolean step = retargets && height % RETARGET_BLOCKS == 0;
    if (!step) {
      return header.bits() == parent.bits()
          ? Optional.empty()
          : Optional.of("block " + header.hash() + " changes the difficulty at height " + height);
    }
    BigInteger before = BlockHeader.target(parent.bits());
    BigInteger after = BlockHeader.target(header.bits());
    // The short form is rounded down.
    boolean tooEasy = after.compareTo(before.multiply(MOST_CHANGE)) > 0;
    boolean tooHard = after.multiply(MOST_CHANGE).shiftLeft(1).compareTo(before) < 0;
    return tooEasy || tooHard
        ? Optional.of("block " + header.hash() + " changes the difficulty by more than a factor of " + MOST_CHANGE)
        : Optional.empty();
  }
}
