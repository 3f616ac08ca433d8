package klatch.libp2p.transport;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;

/** A way to get raw connections, by kind of address. Safe for any thread. */
public interface Transport {
  /** Whether {@link #dial} knows what to do with such an address. */
  boolean canDial(Multiaddr address);

  /**
   * Reaches an address; blocks.
   *
   * @param timeout for reaching it; what the transport itself has to negotiate afterwards falls under the host's handshake deadline
   * @param opened is told of what must be closed when that deadline passes, before anything is negotiated over it
   */
  RawConnection dial(Multiaddr address, Duration timeout, Consumer<RawConnection> opened)
      throws IOException, MalformedMessageException;

  /** Whether {@link #listen} knows what to do with such an address. */
  default boolean canListen(Multiaddr address) {
    return false;
  }

  /**
   * Listens until the listener is closed; when this returns, others can connect.
   *
   * @throws java.net.BindException if the address is taken
   */
  default Listener listen(Multiaddr address, Acceptor acceptor) throws IOException {
    throw new IllegalArgumentException("this transport does not listen: " + address);
  }

  /** A place where others can connect. */
  interface Listener extends AutoCloseable {
    /** Under which addresses, without {@code /p2p}, with real ports. */
    List<Multiaddr> addresses();

    @Override
    void close();
  }

  /** Takes what a listener accepts. */
  interface Acceptor {
    /**
     * Takes a connection and returns at once. {@code negotiation} is run on a thread of its own, under the deadline and the limits of
     * handshakes.
     */
    void accepted(RawConnection connection, Negotiation negotiation);

    /** As {@link #accepted(RawConnection, Negotiation)} with nothing to negotiate. */
    default void accepted(RawConnection connection) {
      accepted(connection, raw -> raw);
    }

    /** Runs a task on a virtual thread of the host. */
    void execute(Runnable task);
  }

  /** What a transport agrees on with the other side before bytes are bytes, such as an HTTP upgrade. */
  @FunctionalInterface
  interface Negotiation {
    RawConnection run(RawConnection connection) throws IOException, MalformedMessageException;
  }
}
