package klatch.libp2p.host;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.Peerstore;
import klatch.libp2p.identify.PeerRecord;
import klatch.libp2p.identify.SignedEnvelope;
import org.jspecify.annotations.Nullable;

/** The peerstore, in memory; {@link PeerstoreFile} keeps it over restarts. The peer that was not heard of for longest makes room. */
public final class MemoryPeerstore implements Peerstore {
  /** Peers remembered. */
  public static final int MAX_PEERS = 4096;
  /** Addresses remembered of one peer. */
  public static final int MAX_ADDRESSES = 32;
  private static final int MAX_PROTOCOLS = 256;
  private static final Duration HEARSAY_LASTS = Duration.ofHours(1);
  private static final Duration IDENTIFY_LASTS = Duration.ofDays(1);
  private static final Duration DIALLED_LASTS = Duration.ofDays(14);

  /** An address and until when, in milliseconds since 1970. */
  record Known(Source source, long untilMillis) {
    boolean goodAt(long nowMillis) {
      return untilMillis > nowMillis;
    }
  }

  /** All of one peer. Guarded by the peerstore. */
  static final class Entry {
    final Map<Multiaddr, Known> addresses = new HashMap<>();
    List<String> protocols = List.of();
    @Nullable
    SignedEnvelope envelope;
    long sequence;
  }

  private final InstantSource clock;
  private final LinkedHashMap<PeerId, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private boolean changed;

  public MemoryPeerstore(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void addAddresses(PeerId peer, List<Multiaddr> addresses, Source source) {
    long until = source == Source.CONFIGURED ? Long.MAX_VALUE : clock.millis() + lasts(source).toMillis();
    for (Multiaddr address : addresses) {
      put(peer, address, new Known(source, until));
    }
  }

  private static Duration lasts(Source source) {
    return switch (source) {
      case HEARSAY -> HEARSAY_LASTS;
      case IDENTIFY -> IDENTIFY_LASTS;
      case DIALLED -> DIALLED_LASTS;
      case CONFIGURED -> Duration.ofDays(36_500);
    };
  }

  synchronized void put(PeerId peer, Multiaddr address, Known known) {
    boolean another = address.peer().isPresent() && !address.peer().equals(Optional.of(peer));
    if (another || !known.goodAt(clock.millis())) {
      return;
    }
    Entry entry = entry(peer);
    entry.addresses.merge(address.endsWithPeer(peer) ? address.withoutPeer() : address, known,
        (a, b) -> new Known(a.source().compareTo(b.source()) > 0 ? a.source() : b.source(),
            Math.max(a.untilMillis(), b.untilMillis())));
    changed = true;
    if (entry.addresses.size() > MAX_ADDRESSES) {
      entry.addresses.entrySet().stream().min(Map.Entry.comparingByValue(TRUST))
          .ifPresent(least -> entry.addresses.remove(least.getKey()));
    }
  }

  private static final Comparator<Known> TRUST = Comparator.comparing(Known::source)
      .thenComparing(Known::untilMillis);

  /** The entry of a peer, made if there is none; the longest unused one makes room. */
  private Entry entry(PeerId peer) {
    Entry known = entries.get(peer);
    if (known == null) {
      if (entries.size() >= MAX_PEERS) {
        entries.remove(entries.keySet().iterator().next());
      }
      known = new Entry();
      entries.put(peer, known);
    }
    return known;
  }

  /** Takes what a connected peer says of itself. */
  public synchronized void describe(PeerDescription description) {
    PeerId peer = description.peer();
    addAddresses(peer, description.listenAddresses(), Source.IDENTIFY);
    Entry entry = entry(peer);
    entry.protocols = description.protocols().stream().limit(MAX_PROTOCOLS).toList();
    description.record().ifPresent(record -> description.envelope().ifPresent(envelope -> take(record, envelope)));
    changed = true;
  }

  @Override
  public boolean addRecord(SignedEnvelope envelope) throws MalformedMessageException {
    return take(PeerRecord.open(envelope), envelope);
  }

  private synchronized boolean take(PeerRecord record, SignedEnvelope envelope) {
    Entry entry = entry(record.peer());
    if (entry.envelope != null && Long.compareUnsigned(record.sequence(), entry.sequence) <= 0) {
      return false;
    }
    entry.envelope = envelope;
    entry.sequence = record.sequence();
    entry.addresses.values().removeIf(known -> known.source().compareTo(Source.IDENTIFY) <= 0);
    addAddresses(record.peer(), record.addresses(), Source.IDENTIFY);
    changed = true;
    return true;
  }

  @Override
  public synchronized List<Multiaddr> addresses(PeerId peer) {
    Entry entry = entries.get(peer);
    if (entry == null) {
      return List.of();
    }
    long now = clock.millis();
    entry.addresses.values().removeIf(known -> !known.goodAt(now));
    return entry.addresses.entrySet().stream().sorted(Map.Entry.comparingByValue(TRUST.reversed()))
        .map(Map.Entry::getKey).toList();
  }

  @Override
  public synchronized List<String> protocols(PeerId peer) {
    Entry entry = entries.get(peer);
    return entry == null ? List.of() : entry.protocols;
  }

  @Override
  public synchronized Optional<SignedEnvelope> signedRecord(PeerId peer) {
    Entry entry = entries.get(peer);
    return entry == null ? Optional.empty() : Optional.ofNullable(entry.envelope);
  }

  @Override
  public synchronized List<PeerId> peers() {
    long now = clock.millis();
    List<PeerId> good = new ArrayList<>();
    entries.forEach((peer, entry) -> {
      if (entry.addresses.values().stream().anyMatch(known -> known.goodAt(now))) {
        good.add(peer);
      }
    });
    return good;
  }

  @Override
  public synchronized void forget(PeerId peer) {
    changed |= entries.remove(peer) != null;
  }

  /** Whether there is news since the last call. */
  synchronized boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /** Calls {@code visitor} with every entry, the longest unused first; it must not keep them. */
  synchronized void forEach(java.util.function.BiConsumer<PeerId, Entry> visitor) {
    entries.forEach(visitor);
  }

  /** Takes an entry that was stored: what has expired since is left out. */
  synchronized void restore(PeerId peer, Entry stored) {
    stored.addresses.forEach((address, known) -> put(peer, address, known));
    Entry entry = entry(peer);
    entry.protocols = stored.protocols;
    entry.envelope = stored.envelope;
    entry.sequence = stored.sequence;
  }
}
