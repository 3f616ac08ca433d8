package klatch.libp2p.kad;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The values told in one search. Safe for any thread. */
final class ToldValues {
  private static final Logger LOG = LoggerFactory.getLogger(ToldValues.class);
  /** Values compared in one search; more agree or lie. */
  private static final int MAX_VALUES = 32;

  private final RecordStore records;
  private final byte[] key;
  private final int quorum;
  private final Map<PeerId, byte[]> told = new LinkedHashMap<>();

  ToldValues(RecordStore records, byte[] key, int quorum) {
    this.records = records;
    this.key = key;
    this.quorum = Math.clamp(quorum, 1, MAX_VALUES);
  }

  synchronized void add(PeerId peer, byte[] value) {
    try {
      records.check(key, value);
      if (told.size() < MAX_VALUES) {
        told.put(peer, value);
      }
    } catch (MalformedMessageException e) {
      LOG.debug("a value from {} that is not valid: {}", peer, e.getMessage());
    }
  }

  synchronized boolean enough() {
    return told.size() >= quorum;
  }

  synchronized Optional<byte[]> best() {
    if (told.isEmpty()) {
      return Optional.empty();
    }
    List<byte[]> values = List.copyOf(told.values());
    try {
      return Optional.of(values.get(records.check(key, values.getFirst()).best(key, values)));
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a validator that changes its mind", e);
    }
  }

  synchronized boolean holdsBest(PeerId peer) {
    byte[] value = told.get(peer);
    return value != null && Arrays.equals(value, best().orElseThrow());
  }
}
