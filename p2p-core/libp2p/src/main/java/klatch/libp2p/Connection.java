package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** An encrypted connection to a peer whose key was proven, carrying any number of streams. Safe for any thread. */
public interface Connection extends AutoCloseable {
  PeerId remotePeer();

  /** The key that the peer has proven. */
  PublicKey remoteKey();

  /** The peer's end as seen from here, without {@code /p2p}. */
  Multiaddr remoteAddress();

  /** Our end, without {@code /p2p}. */
  Multiaddr localAddress();

  /** Whether we dialled. */
  boolean outbound();

  /**
   * Whether it goes through a relay that bounds its time and bytes (libp2p circuit-v2). Such a connection is for finding a better one;
   * protocols that move much should not use it unasked.
   */
  boolean limited();

  /** What the peer said of itself last, by identify or its push; empty until it has (libp2p identify). */
  Optional<PeerDescription> description();

  /**
   * Opens a stream and agrees on the first protocol of {@code protocols} that the peer speaks. Blocks for one round trip per protocol.
   *
   * @throws ProtocolNotSupportedException if the peer speaks none of them
   * @throws Libp2pException if the connection is closed, the peer resets the stream or does not answer in time
   */
  Stream open(List<String> protocols);

  /** As {@link #open(List)} with one protocol. */
  default Stream open(String protocol) {
    return open(List.of(protocol));
  }

  boolean isOpen();

  /** Why the connection is closed; empty while it is open. */
  Optional<String> closeReason();

  /** Calls {@code listener} once when the connection is closed, or now if it is. It must not block. */
  void onClose(Consumer<Connection> listener);

  /** Says goodbye and closes; every stream on it fails. */
  @Override
  void close();
}
