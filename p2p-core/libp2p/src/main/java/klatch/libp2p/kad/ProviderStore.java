package klatch.libp2p.kad;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.PeerAddresses;

/** Who has which content, as they told us: of a bounded number and age. Safe for any thread. */
final class ProviderStore {
  /** How often all contents are looked through for what is too old; what is asked for is looked at each time. */
  private static final Duration SWEEP = Duration.ofMinutes(1);
  /** Addresses kept of one provider. */
  private static final int ADDRESSES = 8;

  private final KadOptions options;
  private final Map<ByteBuffer, LinkedHashMap<PeerId, Entry>> contents = new HashMap<>();
  private final Map<PeerId, Integer> perPeer = new HashMap<>();

  private Instant nextSweep = Instant.MIN;

  private record Entry(List<Multiaddr> addresses, Instant received) {
  }

  ProviderStore(KadOptions options) {
    this.options = options;
  }

  /** Enters {@code provider} for a content; false if there is no room for it. */
  synchronized boolean add(byte[] multihash, PeerAddresses provider) {
    Instant now = options.clock().instant();
    if (!now.isBefore(nextSweep)) {
      sweep(now);
    }
    PeerId peer = provider.peer();
    ByteBuffer name = ByteBuffer.wrap(multihash.clone());
    LinkedHashMap<PeerId, Entry> known = contents.get(name);
    boolean renewed = known != null && known.containsKey(peer);
    if (!renewed && (perPeer.getOrDefault(peer, 0) >= options.stores().contentsPerPeer()
        || (known == null && contents.size() >= options.stores().contents()))) {
      return false;
    }
    if (known == null) {
      known = new LinkedHashMap<>();
      contents.put(name, known);
    } else if (renewed) {
      known.remove(peer);
    } else if (known.size() >= options.stores().providersPerContent()) {
      leave(known.pollFirstEntry().getKey());
    }
    known.putLast(peer, new Entry(provider.addresses().stream().limit(ADDRESSES).toList(), now));
    if (!renewed) {
      perPeer.merge(peer, 1, Integer::sum);
    }
    return true;
  }

  /** The providers of a content, newest first. */
  synchronized List<PeerAddresses> find(byte[] multihash) {
    LinkedHashMap<PeerId, Entry> known = contents.get(ByteBuffer.wrap(multihash));
    List<PeerAddresses> found = new ArrayList<>();
    if (known != null) {
      forgetOld(known, options.clock().instant());
      known.reversed().forEach((peer, entry) -> found.add(new PeerAddresses(peer, entry.addresses)));
    }
    return found;
  }

  private void sweep(Instant now) {
    nextSweep = now.plus(SWEEP);
    contents.values().removeIf(known -> {
      forgetOld(known, now);
      return known.isEmpty();
    });
  }

  private void forgetOld(SequencedMap<PeerId, Entry> known, Instant now) {
    while (!known.isEmpty()
        && !now.isBefore(known.firstEntry().getValue().received.plus(options.stores().providerAge()))) {
      leave(known.pollFirstEntry().getKey());
    }
  }

  private void leave(PeerId peer) {
    perPeer.computeIfPresent(peer, (p, n) -> n == 1 ? null : n - 1);
  }

  synchronized int size() {
    sweep(options.clock().instant());
    return contents.size();
  }
}
