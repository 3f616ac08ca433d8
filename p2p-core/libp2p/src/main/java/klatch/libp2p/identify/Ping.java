package klatch.libp2p.identify;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import klatch.libp2p.Connection;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Stream;

/** {@code /ipfs/ping/1.0.0} (libp2p ping): 32 random bytes, sent back. */
public final class Ping {
  public static final String PROTOCOL = "/ipfs/ping/1.0.0";
  private static final int PING_BYTES = 32;
  /** How long one answer may take. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  /** A peer that keeps a ping stream open sends on it at least this often. */
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ping() {
  }

  /**
   * Measures one round trip.
   *
   * @throws Libp2pException if the peer does not speak ping, does not answer, or answers something else
   */
  public static Duration roundTrip(Connection connection) {
    byte[] sent = new byte[PING_BYTES];
    RANDOM.nextBytes(sent);
    try (Stream stream = connection.open(PROTOCOL)) {
      stream.timeout(TIMEOUT);
      long started = System.nanoTime();
      stream.output().write(sent);
      byte[] received = stream.input().readNBytes(PING_BYTES);
      long taken = System.nanoTime() - started;
      stream.closeWrite();
      if (!Arrays.equals(sent, received)) {
        stream.reset();
        throw new Libp2pException("peer " + connection.remotePeer() + " answered a ping with other bytes", false);
      }
      return Duration.ofNanos(taken);
    } catch (IOException e) {
      throw new Libp2pException("no answer to a ping of " + connection.remotePeer() + ": " + e.getMessage(), true, e);
    }
  }

  public static void answer(Stream stream) throws IOException {
    stream.timeout(IDLE);
    byte[] bytes = new byte[PING_BYTES];
    while (stream.input().readNBytes(bytes, 0, PING_BYTES) == PING_BYTES) {
      stream.output().write(bytes);
    }
  }
}
