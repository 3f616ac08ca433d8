package klatch.libp2p.identify;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import klatch.libp2p.Connection;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /ipfs/id/1.0.0} and its push (libp2p identify): who a peer is, where it listens, what it speaks. Answers with what the host says of itself,
 * takes what peers push, and tells them of our own changes, many at once.
 */
public final class Identify {
  public static final String PROTOCOL = "/ipfs/id/1.0.0";
  public static final String PUSH_PROTOCOL = "/ipfs/id/push/1.0.0";
  private static final String PROTOCOL_VERSION = "klatch/1";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  /** Changes within this time are told together. */
  private static final Duration PUSH_DELAY = Duration.ofSeconds(1);
  /** What addresses may take in our own record, so that the record fits one message. */
  private static final int MAX_OWN_ADDRESS_BYTES = 2048;
  private static final Logger LOG = LoggerFactory.getLogger(Identify.class);

  /** What it needs of the host. */
  public interface Neighbourhood {
    /** With or without {@code /p2p} at the end. */
    List<Multiaddr> listenAddresses();

    List<String> protocols();

    List<Connection> connections();

    /** A peer said something of itself. */
    void described(Connection connection, PeerDescription description);

    void execute(Runnable task);
  }

  private final Neighbourhood host;
  private final HostOptions options;
  private final AtomicBoolean pushScheduled = new AtomicBoolean();
  private @Nullable List<Multiaddr> sealedAddresses;
  private @Nullable SignedEnvelope sealed;
  private long lastSequence;

  public Identify(Neighbourhood host, HostOptions options) {
    this.host = host;
    this.options = options;
  }

  /**
   * Asks a peer who it is.
   *
   * @throws Libp2pException if it does not speak identify, does not answer in 5 s, or answers nonsense
   */
  public static PeerDescription request(Connection connection) {
    try (Stream stream = connection.open(PROTOCOL)) {
      stream.timeout(TIMEOUT);
      stream.closeWrite();
      return IdentifyMessage.read(connection.remotePeer(), stream.input()).onto(connection.remotePeer(),
          Optional.empty());
    } catch (IOException e) {
      throw new Libp2pException("peer " + connection.remotePeer() + " did not identify itself: " + e.getMessage(), true,
          e);
    } catch (MalformedMessageException e) {
      throw new Libp2pException("peer " + connection.remotePeer() + " did not identify itself: " + e.getMessage(),
          false, e);
    }
  }

  /** Asks the peer of a new connection and tells the host; a peer that does not answer is no reason to part. */
  public void introduce(Connection connection) {
    try {
      host.described(connection, request(connection));
    } catch (Libp2pException e) {
      LOG.debug("{}", e.getMessage());
    }
  }

  /** Answers whoever asks who we are. */
  public void answer(Stream stream) throws IOException {
    stream.timeout(TIMEOUT);
    stream.output().write(IdentifyMessage.encode(self(), Optional.of(stream.connection().remoteAddress())));
  }

  /** Takes what a peer pushes; fields it does not send stay as they were. */
  public void take(Stream stream) throws IOException, MalformedMessageException {
    stream.timeout(TIMEOUT);
    IdentifyMessage message = IdentifyMessage.read(stream.remotePeer(), stream.input());
    Connection connection = stream.connection();
    host.described(connection, message.onto(connection.remotePeer(), connection.description()));
  }

  /** Something that we tell of ourselves has changed: connected peers hear of it within a second or two. */
  public void changed() {
    if (!host.connections().isEmpty() && pushScheduled.compareAndSet(false, true)) {
      host.execute(() -> {
        try {
          Thread.sleep(PUSH_DELAY);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
        pushScheduled.set(false);
        pushToAll();
      });
    }
  }

  private void pushToAll() {
    byte[] bytes = IdentifyMessage.encode(self(), Optional.empty());
    for (Connection connection : host.connections()) {
      if (connection.description().map(d -> d.protocols().contains(PUSH_PROTOCOL)).orElse(false)) {
        host.execute(() -> push(connection, bytes));
      }
    }
  }

  private static void push(Connection connection, byte[] bytes) {
    try (Stream stream = connection.open(PUSH_PROTOCOL)) {
      stream.timeout(TIMEOUT);
      stream.output().write(bytes);
    } catch (IOException | Libp2pException e) {
      LOG.debug("cannot tell {} of our changes: {}", connection.remotePeer(), e.getMessage());
    }
  }

  private IdentifyMessage.Self self() {
    List<Multiaddr> addresses = new ArrayList<>();
    int bytes = 0;
    for (Multiaddr address : host.listenAddresses()) {
      Multiaddr bare = address.withoutPeer();
      bytes += bare.bytes().length;
      if (bytes <= MAX_OWN_ADDRESS_BYTES && addresses.size() < PeerRecord.MAX_ADDRESSES) {
        addresses.add(bare);
      }
    }
    return new IdentifyMessage.Self(options.key().identity(), addresses, host.protocols(), PROTOCOL_VERSION,
        options.agentVersion(), envelope(addresses));
  }

  /** Our own record of where we listen, signed; a new one only when the addresses have changed. */
  public SignedEnvelope ownRecord() {
    return self().envelope();
  }

  private synchronized SignedEnvelope envelope(List<Multiaddr> addresses) {
    SignedEnvelope current = sealed;
    if (current == null || !addresses.equals(sealedAddresses)) {
      lastSequence = Math.max(lastSequence + 1, options.clock().millis());
      current = new PeerRecord(options.key().peerId(), lastSequence, addresses).seal(options.key());
      sealed = current;
      sealedAddresses = addresses;
    }
    return current;
  }
}
