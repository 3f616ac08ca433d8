package klatch.libp2p.simulation;

import java.util.random.RandomGenerator;

/**
 * What the network is like.
 *
 * @param medianLatencyMicros one way, half of the connections are faster; the others have a long tail
 * @param jitterMicros added at random to each RPC
 * @param loss share of RPCs that never arrive, such as those dropped from a full queue
 * @param uplinkBytesPerSecond what a peer can send; 0 for no bound
 * @param processingMicros from a message's arrival to its signature being checked and it being found valid
 */
public record Conditions(long medianLatencyMicros, long jitterMicros, double loss, long uplinkBytesPerSecond,
    long processingMicros) {
  /** Peers over the internet at home: 40 ms, 10 Mbit/s up, a millisecond for a message. */
  public static final Conditions INTERNET = new Conditions(40_000, 5_000, 0, 1_250_000, 1_000);

  public Conditions withLoss(double value) {
    return new Conditions(medianLatencyMicros, jitterMicros, value, uplinkBytesPerSecond, processingMicros);
  }

  /** Log-normal, cut at a twentieth and ten times the median. */
  long latencyMicros(RandomGenerator random) {
    double drawn = medianLatencyMicros * Math.exp(0.6 * random.nextGaussian());
    return (long) Math.clamp(drawn, medianLatencyMicros / 20.0, medianLatencyMicros * 10.0);
  }

  long sendingMicros(int bytes) {
    return uplinkBytesPerSecond == 0 ? 0 : bytes * 1_000_000L / uplinkBytesPerSecond;
  }
}
