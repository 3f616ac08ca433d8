package klatch.cli.node;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.lightning.lnd.LndBlock;
import klatch.meetup.ByteString;
import klatch.meetup.checkin.Beacon;

/**
 * The chain as an LND tells it: its newest block, and how deep those are which were the newest while this node ran. LND is
 * not asked about others, so they cannot be judged. Safe for any number of threads.
 */
final class LndBeacon implements Beacon {
  /** More than the blocks of three days, while a day's are asked about. */
  static final int REMEMBERED = 512;

  private final Supplier<Optional<LndBlock>> lnd;
  private final Map<ByteString, Integer> seen = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<ByteString, Integer> eldest) {
      return size() > REMEMBERED;
    }
  };

  /** @param lnd its newest block, from memory */
  LndBeacon(Supplier<Optional<LndBlock>> lnd) {
    this.lnd = lnd;
  }

  @Override
  public Optional<ByteString> newest() {
    return tip().map(block -> ByteString.parse(block.hash()));
  }

  @Override
  public synchronized Optional<Integer> depth(ByteString hash) {
    return tip().flatMap(tip -> Optional.ofNullable(seen.get(hash)).map(height -> tip.height() - height)
        .filter(depth -> depth >= 0));
  }

  private synchronized Optional<LndBlock> tip() {
    var tip = lnd.get();
    tip.ifPresent(block -> seen.put(ByteString.parse(block.hash()), block.height()));
    return tip;
  }
}
