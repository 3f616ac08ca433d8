package klatch.libp2p.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import klatch.libp2p.Multiaddr;

/**
 * A two-way byte stream to somebody not yet known, before any encryption: a TCP socket, a WebSocket, a circuit through a relay. The
 * {@link Upgrader} makes a connection of it. One thread reads, one at a time writes, any thread closes.
 */
public interface RawConnection extends AutoCloseable {
  /** Waits for bytes and gives how many came, 1 to {@code length}; -1 when the other side has ended. */
  int read(byte[] bytes, int offset, int length) throws IOException;

  /** Writes all of them, as one packet where there are packets. */
  void write(byte[] bytes, int offset, int length) throws IOException;

  /** Says that nothing more will be written; reading goes on. */
  void endOutput() throws IOException;

  /** The other end as seen from here, without {@code /p2p} of the other end itself. */
  Multiaddr remoteAddress();

  Multiaddr localAddress();

  /** The IP address that limits count by; empty behind a relay. */
  Optional<InetAddress> remoteHost();

  /** Whether somebody between the two ends bounds how long it lasts or how much it carries. */
  default boolean limited() {
    return false;
  }

  /**
   * Ends our side, gives the peer a moment to end its own so that our last bytes reach it, and closes. Only for the reading thread.
   */
  default void closeGently() {
    close();
  }

  /** Cuts it at once; a thread that reads or writes fails. Never throws, and may be called again. */
  @Override
  void close();
}
