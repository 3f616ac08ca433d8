package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.Transport;

/**
 * A peer on the network: it listens, dials, and serves protocols. Calls block the calling thread, which is meant to be a virtual one. Safe
 * for any thread. Connecting again after a connection broke is the caller's part.
 */
public interface Host extends AutoCloseable {
  /**
   * Starts a host: when this returns it listens.
   *
   * @throws ListenException if an address cannot be listened on, for example because its port is taken
   */
  static Host create(HostOptions options) {
    return Libp2pHost.create(options);
  }

  PeerId id();

  /**
   * Where this host can be reached, with the real port numbers and {@code /p2p/<id>} at the end. A wildcard such as {@code /ip4/0.0.0.0} is
   * replaced by the machine's own addresses, loopback last.
   */
  List<Multiaddr> listenAddresses();

  /**
   * Connects to an address such as {@code /ip4/127.0.0.1/tcp/4001/p2p/<id>}, or gives the open connection there already is to the peer
   * named in it. With {@code /p2p/<id>} the peer must prove to be that one; without, whoever answers is accepted.
   *
   * @throws DialException if nobody answers in time, the peer is not the expected one, or a limit is reached
   */
  Connection connect(Multiaddr address);

  /**
   * Connects to a peer at any of the addresses that the peerstore knows, one after another, or gives the open connection there already is.
   *
   * @throws DialException if no address is known, or none of them leads to the peer
   */
  Connection connect(PeerId peer);

  /** The oldest open connection to {@code peer}; one without a relay's limits before one with. */
  Optional<Connection> connection(PeerId peer);

  /** All open connections. */
  List<Connection> connections();

  /**
   * Opens a stream on an open connection to {@code peer}. It does not dial.
   *
   * @throws NotConnectedException if there is no open connection
   * @throws ProtocolNotSupportedException if the peer does not speak it
   * @throws Libp2pException if the stream cannot be opened
   */
  default Stream open(PeerId peer, String protocol) {
    return connection(peer).orElseThrow(() -> new NotConnectedException(peer)).open(protocol);
  }

  /** Serves {@code protocol} from now on, in place of the handler there was. */
  void handle(String protocol, StreamHandler handler);

  /** Stops serving {@code protocol} to new streams. */
  void removeHandler(String protocol);

  /**
   * The topic of this name, by GossipSub with its defaults, which the first call starts and {@link #close} ends. An application that wants
   * to choose how messages are checked, signed or scored starts a {@link klatch.libp2p.gossipsub.Gossipsub} itself and asks that one.
   *
   * @throws IllegalStateException if the application has started one itself
   */
  Topic topic(String name);

  /** The protocols served, sorted. */
  List<String> protocols();

  /** Calls {@code listener} on a virtual thread for every connection made from now on, dialled or accepted. */
  void onConnection(Consumer<Connection> listener);

  /** Calls {@code listener} on a virtual thread for every connection that ends from now on. */
  void onDisconnection(Consumer<Connection> listener);

  /**
   * Calls {@code listener} on a virtual thread whenever a peer has said what it is and speaks: once soon after connecting, and again with
   * each change it tells. {@link Connection#description()} holds the same.
   */
  void onIdentify(Consumer<Connection> listener);

  /** What is known of peers, connected or not. */
  Peerstore peerstore();

  /** Which peers matter more than others when there are too many connections. */
  PeerTags tags();

  /** Adds a way to dial and listen; the one added last is asked first. */
  void addTransport(Transport transport);

  /** Tells others of an address where we are reached although nothing here listens on it: through a relay, or a router's port. */
  void announce(Multiaddr address);

  /** Takes back what was announced. */
  void withdraw(Multiaddr address);

  /** Signs something else as this host, for a domain of its own (libp2p RFC 0002). */
  SignedEnvelope seal(String domain, byte[] payloadType, byte[] payload);

  /**
   * Makes a connection of a raw one that came about in another way: a circuit that a relay has opened to us, a hole punched. Blocks for the
   * handshake.
   *
   * @param initiator whether our end opens the negotiation
   * @param outbound whether it counts as dialled by us
   * @param expected the peer that it has to be
   * @throws DialException if the handshake fails or a limit is reached; the raw connection is closed then
   */
  Connection upgrade(RawConnection raw, boolean initiator, boolean outbound, Optional<PeerId> expected);

  /** Closes all connections and ports and ends the threads; streams in use fail with {@link ConnectionClosedException}. */
  @Override
  void close();
}
