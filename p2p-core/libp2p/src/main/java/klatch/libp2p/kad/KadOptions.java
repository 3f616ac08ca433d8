package klatch.libp2p.kad;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;
import klatch.libp2p.Multiaddr;

/**
 * How a {@link Kademlia} works.
 *
 * @param protocol the id, which is the network: only peers with the same one meet
 * @param server whether we answer others; a node that cannot be dialled should not
 * @param bucketSize {@code k}: peers of one bucket, and how many keep a record
 * @param parallel {@code alpha}: questions of one lookup under way at once
 * @param question how long one peer may take, dialling included
 * @param lookup how long a whole lookup may take
 * @param refresh how often the table is looked after; records and providers of ours are published again as far as they are due
 * @param peersPerIpInBucket peers with one public IP address in one bucket
 * @param peersPerIpInTable peers with one public IP address in the whole table
 * @param validators by namespace: {@code ns} is asked about keys that begin with {@code /ns/}; other keys are refused
 * @param eligible which addresses told by others are dialled; on the public internet only public ones should be, or strangers can have us
 *          knock at our own neighbours
 * @param clock for the age of records
 */
public record KadOptions(String protocol, boolean server, int bucketSize, int parallel, Duration question,
    Duration lookup, Duration refresh, int peersPerIpInBucket, int peersPerIpInTable, StoreLimits stores,
    Map<String, Validator> validators, Predicate<Multiaddr> eligible, InstantSource clock) {
  /** Our own network. */
  public static final String PROTOCOL = "/klatch/kad/1.0.0";
  /** The public one. */
  public static final String IPFS_PROTOCOL = "/ipfs/kad/1.0.0";

  /**
   * What is kept for others.
   *
   * @param records of values, all together
   * @param recordBytes of one value
   * @param recordsPerPeer of values that one peer may have stored here at once
   * @param recordAge after which a value is forgotten unless it was put again
   * @param contents with providers, all together
   * @param providersPerContent kept of one content, the newest
   * @param contentsPerPeer of contents one peer may be entered for
   * @param providerAge after which a provider is forgotten unless it came again
   * @param republish how often we put our own records and provider entries again
   */
  public record StoreLimits(int records, int recordBytes, int recordsPerPeer, Duration recordAge, int contents,
      int providersPerContent, int contentsPerPeer, Duration providerAge, Duration republish) {
    public static final StoreLimits DEFAULT = new StoreLimits(4096, 10 * 1024, 256, Duration.ofHours(36), 8192, 64,
        1024, Duration.ofHours(48), Duration.ofHours(22));

    public StoreLimits {
      if (records < 1 || recordBytes < 1 || recordBytes > MAX_RECORD_BYTES || recordsPerPeer < 1 || contents < 1
          || providersPerContent < 1 || contentsPerPeer < 1) {
        throw new IllegalArgumentException(
            "every limit of a store must be at least 1, a record at most " + MAX_RECORD_BYTES + " bytes");
      }
    }
  }

  /** Largest value, so that a message with it has room left for peers. */
  public static final int MAX_RECORD_BYTES = 12 * 1024;

  /** A server of our own network without records, with the figures of the specification. */
  public static final KadOptions DEFAULT = new KadOptions(PROTOCOL, true, 20, 10, Duration.ofSeconds(10),
      Duration.ofSeconds(60), Duration.ofMinutes(10), 2, 10, StoreLimits.DEFAULT, Map.of(), address -> true,
      InstantSource.system());

  public KadOptions {
    validators = Map.copyOf(validators);
    if (bucketSize < 1 || bucketSize > KadMessage.MAX_PEERS || parallel < 1 || peersPerIpInBucket < 1
        || peersPerIpInTable < 1) {
      throw new IllegalArgumentException("bucket size " + bucketSize + " (1 to " + KadMessage.MAX_PEERS + "), "
          + parallel + " in parallel, " + peersPerIpInBucket + " and " + peersPerIpInTable + " per IP address");
    }
  }

  public KadOptions protocol(String value) {
    return new KadOptions(value, server, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, validators, eligible, clock);
  }

  public KadOptions server(boolean value) {
    return new KadOptions(protocol, value, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, validators, eligible, clock);
  }

  public KadOptions sizes(int newBucketSize, int newParallel) {
    return new KadOptions(protocol, server, newBucketSize, newParallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, validators, eligible, clock);
  }

  public KadOptions times(Duration newQuestion, Duration newLookup, Duration newRefresh) {
    return new KadOptions(protocol, server, bucketSize, parallel, newQuestion, newLookup, newRefresh,
        peersPerIpInBucket, peersPerIpInTable, stores, validators, eligible, clock);
  }

  public KadOptions peersPerIp(int inBucket, int inTable) {
    return new KadOptions(protocol, server, bucketSize, parallel, question, lookup, refresh, inBucket, inTable, stores,
        validators, eligible, clock);
  }

  public KadOptions stores(StoreLimits value) {
    return new KadOptions(protocol, server, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, value, validators, eligible, clock);
  }

  /** Records under {@code /namespace/…} are judged by {@code validator}. */
  public KadOptions validator(String namespace, Validator validator) {
    Map<String, Validator> more = new java.util.HashMap<>(validators);
    more.put(namespace, validator);
    return new KadOptions(protocol, server, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, more, eligible, clock);
  }

  public KadOptions eligible(Predicate<Multiaddr> value) {
    return new KadOptions(protocol, server, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, validators, value, clock);
  }

  public KadOptions clock(InstantSource value) {
    return new KadOptions(protocol, server, bucketSize, parallel, question, lookup, refresh, peersPerIpInBucket,
        peersPerIpInTable, stores, validators, eligible, value);
  }
}
