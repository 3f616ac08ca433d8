package klatch.libp2p.simulation;

/**
 * What came out of a run.
 *
 * @param deliveryRatio of all pairs of a message and a peer that was there for it and wanted it, how many came about
 * @param copies how often a message arrived at a peer that got it; 1 is no redundancy
 * @param meanHops from the author to a peer
 * @param controlBytes bytes that honest peers sent and that were not messages, for each delivery
 * @param bytes sent by honest peers
 * @param lostRpcs RPCs that the network dropped
 * @param repeats deliveries of a message to a peer that had it; must be 0
 */
public record Result(int peers, int messages, double deliveryRatio, double copies, double meanHops, int mostHops,
    int medianMillis, int p99Millis, int mostMillis, double controlBytes, long bytes, long lostRpcs, long repeats) {
}
