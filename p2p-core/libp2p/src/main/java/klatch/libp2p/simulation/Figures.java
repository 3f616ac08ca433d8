package klatch.libp2p.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import klatch.libp2p.gossipsub.PubsubMessage;
import klatch.libp2p.gossipsub.RpcPart;

/** What is counted in a run. */
final class Figures {
  private static final long ON_ITS_WAY_MICROS = 3_000_000;

  /** One published message on its way. */
  static final class Track {
    final PubsubMessage message;
    final int author;
    final long publishedMicros;
    final BitSet wanted;
    final BitSet delivered = new BitSet();
    final byte[] hops;
    final List<Integer> latencyMillis = new ArrayList<>();
    long copies;

    Track(PubsubMessage message, int author, long publishedMicros, BitSet wanted, int peers) {
      this.message = message;
      this.author = author;
      this.publishedMicros = publishedMicros;
      this.wanted = wanted;
      this.hops = new byte[peers];
    }
  }

  private final IdentityHashMap<PubsubMessage, Track> tracks = new IdentityHashMap<>();
  private final List<Track> inOrder = new ArrayList<>();
  private BitSet honest = new BitSet();
  private long bytes;
  private long controlBytes;
  private long lostRpcs;
  private long repeats;
  private boolean counting;

  void honest(BitSet peers) {
    honest = peers;
  }

  /** Only what is published and sent from now on counts. */
  void begin() {
    counting = true;
  }

  void published(PubsubMessage message, int author, long nowMicros, BitSet wanted, int peers) {
    if (counting) {
      BitSet others = (BitSet) wanted.clone();
      others.clear(author);
      Track track = new Track(message, author, nowMicros, others, peers);
      tracks.put(message, track);
      inOrder.add(track);
    }
  }

  void sent(int peer, int rpcBytes, List<RpcPart> rpc, boolean lost) {
    if (!counting || !honest.get(peer)) {
      return;
    }
    bytes += rpcBytes;
    lostRpcs += lost ? 1 : 0;
    for (RpcPart part : rpc) {
      if (!(part instanceof PubsubMessage)) {
        controlBytes += Sizes.of(part);
      }
    }
  }

  void copyArrived(int peer, PubsubMessage message) {
    Track track = tracks.get(message);
    if (track != null && honest.get(peer)) {
      track.copies++;
    }
  }

  /** {@code peer} got it from {@code source} for the first time. */
  void hop(int peer, int source, PubsubMessage message) {
    Track track = tracks.get(message);
    if (track != null) {
      track.hops[peer] = (byte) Math.min(127, track.hops[source] + 1);
    }
  }

  void delivered(int peer, PubsubMessage message, long nowMicros) {
    Track track = tracks.get(message);
    if (track == null) {
      return;
    }
    if (track.delivered.get(peer)) {
      repeats++;
      return;
    }
    track.delivered.set(peer);
    // Who was away when it was published got it late for that reason.
    if (track.wanted.get(peer)) {
      track.latencyMillis.add((int) ((nowMicros - track.publishedMicros) / 1_000));
    }
  }

  /** A peer that goes misses what is on its way to it, and nobody is to blame. */
  void wentOffline(int peer, long nowMicros) {
    for (int i = inOrder.size() - 1; i >= 0 && nowMicros - inOrder.get(i).publishedMicros < ON_ITS_WAY_MICROS; i--) {
      Track track = inOrder.get(i);
      if (!track.delivered.get(peer)) {
        track.wanted.clear(peer);
      }
    }
  }

  Result result(int peers) {
    long wanted = 0;
    long got = 0;
    long all = 0;
    long copies = 0;
    long hops = 0;
    int mostHops = 0;
    List<Integer> latencies = new ArrayList<>();
    for (Track track : inOrder) {
      BitSet wantedAndGot = (BitSet) track.wanted.clone();
      wantedAndGot.and(track.delivered);
      wanted += track.wanted.cardinality();
      got += wantedAndGot.cardinality();
      all += track.delivered.cardinality();
      copies += track.copies;
      latencies.addAll(track.latencyMillis);
      for (int peer = track.delivered.nextSetBit(0); peer >= 0; peer = track.delivered.nextSetBit(peer + 1)) {
        hops += track.hops[peer];
        mostHops = Math.max(mostHops, track.hops[peer]);
      }
    }
    int[] sorted = latencies.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(sorted);
    double some = Math.max(1, all);
    return new Result(peers, inOrder.size(), wanted == 0 ? 1 : got / (double) wanted, copies / some, hops / some,
        mostHops, percentile(sorted, 50), percentile(sorted, 99), sorted.length == 0 ? 0 : sorted[sorted.length - 1],
        controlBytes / some, bytes, lostRpcs, repeats);
  }

  private static int percentile(int[] sorted, int percent) {
    return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  /** Deliveries to one peer, of all messages counted. */
  double deliveredTo(int peer) {
    long wanted = inOrder.stream().filter(track -> track.wanted.get(peer)).count();
    long got = inOrder.stream().filter(track -> track.wanted.get(peer) && track.delivered.get(peer)).count();
    return wanted == 0 ? 1 : got / (double) wanted;
  }
}
