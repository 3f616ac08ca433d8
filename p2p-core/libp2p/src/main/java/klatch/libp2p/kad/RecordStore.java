package klatch.libp2p.kad;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;

/** The values kept for others: checked, of a bounded number and age, and never replaced by a worse one. Safe for any thread. */
final class RecordStore {
  private final KadOptions options;
  private final Map<ByteBuffer, Kept> records = new LinkedHashMap<>();
  private final Map<PeerId, Integer> perPeer = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Kept(byte[] value, PeerId from, Instant received) {
  }

  /** What became of a value. */
  enum Outcome {
    STORED,
    /** One that is better, or as good, is there already. */
    WORSE,
    /** No room, for this peer or for anybody. */
    FULL
  }

  RecordStore(KadOptions options) {
    this.options = options;
  }

  /** @throws MalformedMessageException if the value may not stand under the key */
  Outcome put(byte[] key, byte[] value, PeerId from) throws MalformedMessageException {
    Validator validator = check(key, value);
    synchronized (this) {
      forgetExpired();
      ByteBuffer name = ByteBuffer.wrap(key.clone());
      Kept before = records.get(name);
      if (before != null && validator.best(key, List.of(before.value, value)) == 0
          && !java.util.Arrays.equals(before.value, value)) {
        return Outcome.WORSE;
      }
      // Putting the same again keeps it alive but does not move it to somebody else's account.
      PeerId owner = before == null ? from : before.from;
      if (before == null && (records.size() >= options.stores().records()
          || perPeer.getOrDefault(from, 0) >= options.stores().recordsPerPeer())) {
        return Outcome.FULL;
      }
      if (before == null) {
        perPeer.merge(from, 1, Integer::sum);
      } else {
        records.remove(name);
      }
      records.put(name, new Kept(value.clone(), owner, options.clock().instant()));
      return Outcome.STORED;
    }
  }

  /** Checks a value and gives the validator of its namespace. */
  Validator check(byte[] key, byte[] value) throws MalformedMessageException {
    if (key.length > KadMessage.MAX_KEY_BYTES || value.length > options.stores().recordBytes()) {
      throw new MalformedMessageException("record of " + key.length + " and " + value.length + " bytes, at most "
          + KadMessage.MAX_KEY_BYTES + " and " + options.stores().recordBytes());
    }
    Validator validator = validator(key);
    validator.check(key, value);
    return validator;
  }

  private Validator validator(byte[] key) throws MalformedMessageException {
    for (Map.Entry<String, Validator> entry : options.validators().entrySet()) {
      byte[] prefix = ("/" + entry.getKey() + "/").getBytes(java.nio.charset.StandardCharsets.UTF_8);
      if (key.length > prefix.length
          && java.util.Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
        return entry.getValue();
      }
    }
    throw new MalformedMessageException("a record in none of the namespaces " + options.validators().keySet());
  }

  synchronized Optional<KadRecord> find(byte[] key) {
    forgetExpired();
    Kept kept = records.get(ByteBuffer.wrap(key));
    return Optional.ofNullable(kept).map(k -> new KadRecord(key, k.value.clone(), k.received.toString()));
  }

  /** The oldest come first, so it ends at the first young one. */
  private void forgetExpired() {
    Duration age = options.stores().recordAge();
    Instant now = options.clock().instant();
    var entries = records.values().iterator();
    while (entries.hasNext()) {
      Kept kept = entries.next();
      if (now.isBefore(kept.received.plus(age))) {
        return;
      }
      entries.remove();
      perPeer.computeIfPresent(kept.from, (p, n) -> n == 1 ? null : n - 1);
    }
  }

  synchronized int size() {
    forgetExpired();
    return records.size();
  }
}
