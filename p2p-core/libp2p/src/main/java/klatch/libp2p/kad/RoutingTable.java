package klatch.libp2p.kad;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.protocol.PeerAddresses;

/**
 * The peers we know in server mode: for every length of prefix shared with our own key at most {@code k} of them, so that it knows much of
 * what is near and a little of everything. A peer that answered stays as long as it answers; a newcomer to a full bucket only takes the
 * place of one that was tried and is gone. Public IP addresses fill only a part of a bucket and of the table, so that one machine with many
 * names cannot surround us. Safe for any thread.
 */
final class RoutingTable {
  private final PeerId self;
  private final KadKey selfKey;
  private final int bucketSize;
  private final int perIpInBucket;
  private final int perIpInTable;
  /** Whoever was heard from within this time needs no check. */
  private final long freshNanos;
  private final LongSupplier nanoClock;
  private final List<List<Entry>> buckets = new ArrayList<>();
  private final Map<PeerId, Entry> entries = new HashMap<>();

  /** A peer of the table. */
  private static final class Entry {
    private final PeerId peer;
    private final KadKey key;
    private List<Multiaddr> addresses = List.of();
    private Optional<IpGroup> ip = Optional.empty();
    private long lastHeardNanos;

    Entry(PeerId peer, KadKey key) {
      this.peer = peer;
      this.key = key;
    }
  }

  /** What became of a peer that was offered. */
  sealed interface Offer {
    /** It is in the table, now or already. */
    record Kept() implements Offer {
    }

    /** Its bucket is full; if {@code oldest} does not answer any more, it may be removed and the offer made again. */
    record Full(PeerAddresses oldest) implements Offer {
    }

    /** It is ourselves, its IP address fills its part already, or its bucket is full of peers that were heard from lately. */
    record Refused(String reason) implements Offer {
    }
  }

  /** @param nanoClock as {@link System#nanoTime()} */
  RoutingTable(PeerId self, KadOptions options, LongSupplier nanoClock) {
    this.self = self;
    this.selfKey = KadKey.of(self);
    this.bucketSize = options.bucketSize();
    this.perIpInBucket = options.peersPerIpInBucket();
    this.perIpInTable = options.peersPerIpInTable();
    this.freshNanos = options.refresh().toNanos();
    this.nanoClock = nanoClock;
    for (int i = 0; i < KadKey.BITS; i++) {
      buckets.add(new ArrayList<>());
    }
  }

  /** Offers a peer that has just answered us; {@code addresses} replace those known of it unless empty. */
  synchronized Offer offer(PeerId peer, List<Multiaddr> addresses) {
    if (peer.equals(self)) {
      return new Offer.Refused("it is this host itself");
    }
    List<Multiaddr> kept = addresses.stream().limit(PeerAddresses.MAX_ADDRESSES).toList();
    Entry known = entries.get(peer);
    KadKey key = known == null ? KadKey.of(peer) : known.key;
    List<Entry> bucket = buckets.get(selfKey.commonPrefix(key));
    if (known != null) {
      known.lastHeardNanos = nanoClock.getAsLong();
      bucket.remove(known);
      bucket.add(known);
      if (!kept.isEmpty() && diverse(bucket, known, publicIp(kept))) {
        known.addresses = kept;
        known.ip = publicIp(kept);
      }
      return new Offer.Kept();
    }
    Entry entry = new Entry(peer, key);
    entry.addresses = kept;
    entry.ip = publicIp(kept);
    entry.lastHeardNanos = nanoClock.getAsLong();
    if (!diverse(bucket, entry, entry.ip)) {
      return new Offer.Refused("enough peers of one IP address");
    }
    if (bucket.size() >= bucketSize) {
      Entry oldest = bucket.getFirst();
      if (nanoClock.getAsLong() - oldest.lastHeardNanos < freshNanos) {
        return new Offer.Refused("its bucket is full of peers heard from lately");
      }
      return new Offer.Full(new PeerAddresses(oldest.peer, oldest.addresses));
    }
    bucket.add(entry);
    entries.put(peer, entry);
    return new Offer.Kept();
  }

  private static Optional<IpGroup> publicIp(List<Multiaddr> addresses) {
    return addresses.stream().filter(IpGroup::isPublic).findFirst().flatMap(IpGroup::of);
  }

  private boolean diverse(List<Entry> bucket, Entry candidate, Optional<IpGroup> ip) {
    return ip.isEmpty() || (count(bucket, candidate, ip) < perIpInBucket
        && count(entries.values(), candidate, ip) < perIpInTable);
  }

  private static long count(Iterable<Entry> among, Entry except, Optional<IpGroup> ip) {
    long count = 0;
    for (Entry entry : among) {
      count += entry != except && entry.ip.equals(ip) ? 1 : 0;
    }
    return count;
  }

  /** Takes out a peer that does not answer, or no longer serves. */
  synchronized void remove(PeerId peer) {
    Entry entry = entries.remove(peer);
    if (entry != null) {
      buckets.get(selfKey.commonPrefix(entry.key)).remove(entry);
    }
  }

  /** The peers nearest to a key, nearest first. */
  synchronized List<PeerAddresses> nearest(KadKey key, int count) {
    Comparator<KadKey> nearestFirst = key.nearestFirst();
    return entries.values().stream().sorted((a, b) -> nearestFirst.compare(a.key, b.key)).limit(count)
        .map(entry -> new PeerAddresses(entry.peer, entry.addresses)).toList();
  }

  synchronized Optional<PeerAddresses> find(PeerId peer) {
    return Optional.ofNullable(entries.get(peer)).map(entry -> new PeerAddresses(entry.peer, entry.addresses));
  }

  /** Peers not heard of for so long, the longest silent first. */
  synchronized List<PeerAddresses> silentFor(long nanos) {
    long now = nanoClock.getAsLong();
    return entries.values().stream().filter(entry -> now - entry.lastHeardNanos >= nanos)
        .sorted(Comparator.comparingLong(entry -> entry.lastHeardNanos - now))
        .map(entry -> new PeerAddresses(entry.peer, entry.addresses)).toList();
  }

  /** The longest prefix that some known peer shares with us; zero if there is none. */
  synchronized int longestPrefix() {
    for (int i = KadKey.BITS - 1; i >= 0; i--) {
      if (!buckets.get(i).isEmpty()) {
        return i;
      }
    }
    return 0;
  }

  synchronized int size() {
    return entries.size();
  }
}
