package klatch.libp2p.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.transport.RawConnection;

/** A stream to a relay, spliced there with a stream to somebody else: bytes to that one, to be encrypted like those of a socket. */
final class CircuitConnection implements RawConnection {
  /** What the other side gets to end its own when we end. */
  private static final Duration LINGER = Duration.ofMillis(50);
  private static final int DISCARD_BYTES = 2 * 1024;

  private final Stream stream;
  private final Multiaddr remoteAddress;
  private volatile CircuitLimit limit = CircuitLimit.NONE;

  /** @param relay how the relay is reached, with its id */
  CircuitConnection(Stream stream, Multiaddr relay) {
    this.stream = stream;
    this.remoteAddress = CircuitAddress.through(relay);
  }

  /** The relay has said what it lets pass. */
  void limit(CircuitLimit told) {
    limit = told;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return stream.input().read(bytes, offset, length);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    stream.output().write(bytes, offset, length);
  }

  @Override
  public void endOutput() {
    stream.closeWrite();
  }

  @Override
  public Multiaddr remoteAddress() {
    return remoteAddress;
  }

  @Override
  public Multiaddr localAddress() {
    return CircuitAddress.through(stream.connection().localAddress());
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return Optional.empty();
  }

  @Override
  public boolean limited() {
    return !limit.isNone();
  }

  @Override
  public void closeGently() {
    try {
      stream.closeWrite();
      stream.timeout(LINGER);
      byte[] discarded = new byte[DISCARD_BYTES];
      long deadlineNanos = System.nanoTime() + LINGER.toNanos();
      while (System.nanoTime() - deadlineNanos < 0 && stream.input().read(discarded) >= 0) {
        // Read away, so that our last bytes are not lost to a reset.
      }
    } catch (IOException e) {
      // It had its time.
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    stream.reset();
  }
}
