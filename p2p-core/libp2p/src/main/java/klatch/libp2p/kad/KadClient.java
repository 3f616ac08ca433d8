package klatch.libp2p.kad;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Host;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import klatch.libp2p.protocol.Frames;
import klatch.libp2p.protocol.PeerAddresses;

/** Asks others, dialling them if need be, and keeps the table in step with who answers. */
final class KadClient {
  /** Addresses of one peer that are dialled before it is given up. */
  private static final int ADDRESSES_TRIED = 4;

  private final Host host;
  private final KadOptions options;
  private final RoutingTable table;

  KadClient(Host host, KadOptions options, RoutingTable table) {
    this.host = host;
    this.options = options;
    this.table = table;
  }

  /** Asks one peer and waits for its answer; empty if there is none, or nonsense. */
  Optional<KadMessage> ask(PeerAddresses peer, KadMessage question) {
    return exchange(peer, question, true);
  }

  /**
   * Tells one peer something that has no answer, and asks something behind it on the same stream: with that answer the message has been
   * taken.
   */
  boolean tell(PeerAddresses peer, KadMessage message) {
    return exchange(peer, message, false).isPresent();
  }

  private Optional<KadMessage> exchange(PeerAddresses peer, KadMessage message, boolean answered) {
    try {
      Connection connection = connect(peer);
      KadMessage answer = over(connection, message, answered);
      List<Multiaddr> known = connection.outbound() ? List.of(connection.remoteAddress()) : peer.addresses();
      heard(peer.peer(), known);
      return Optional.of(answer);
    } catch (Libp2pException e) {
      table.remove(peer.peer());
      return Optional.empty();
    } catch (IOException | MalformedMessageException e) {
      table.remove(peer.peer());
      return Optional.empty();
    }
  }

  private Connection connect(PeerAddresses peer) {
    Optional<Connection> open = host.connection(peer.peer());
    if (open.isPresent()) {
      return open.get();
    }
    long deadlineNanos = System.nanoTime() + options.question().toNanos();
    Libp2pException last = new Libp2pException("no address of " + peer.peer() + " is known", false);
    for (Multiaddr address : peer.addresses().stream().filter(options.eligible()).limit(ADDRESSES_TRIED).toList()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        break;
      }
      try {
        return host.connect(address.withoutPeer().withPeer(peer.peer()));
      } catch (Libp2pException e) {
        last = e;
      }
    }
    throw last;
  }

  private KadMessage over(Connection connection, KadMessage message, boolean answered)
      throws IOException, MalformedMessageException {
    try (Stream stream = connection.open(options.protocol())) {
      stream.timeout(options.question());
      Frames.write(stream.output(), message.encode());
      KadMessage asked = message;
      if (!answered) {
        asked = KadMessage.of(KadMessage.Type.FIND_NODE, host.id().bytes());
        Frames.write(stream.output(), asked.encode());
      }
      // Our side stays open until then: some implementations lose a question whose end comes with it.
      KadMessage answer = KadMessage.decode(Frames.read(stream.input(), KadMessage.MAX_BYTES));
      boolean fits = answer.type() == asked.type()
          && answer.record().map(record -> Arrays.equals(record.key(), message.key())).orElse(true);
      if (!fits) {
        throw new MalformedMessageException("asked " + asked.type() + ", answered " + answer.type());
      }
      return answer;
    }
  }

  /** A peer that answers serves others too: it has a place in the table unless its bucket is full of peers that still answer. */
  void heard(PeerId peer, List<Multiaddr> addresses) {
    if (table.offer(peer, addresses) instanceof RoutingTable.Offer.Full(PeerAddresses oldest)
        && !stillThere(oldest)) {
      table.remove(oldest.peer());
      table.offer(peer, addresses);
    }
  }

  /** Whether a peer of the table answers; it is not dialled anew when a connection to it is open. */
  boolean stillThere(PeerAddresses peer) {
    try {
      KadMessage question = KadMessage.of(KadMessage.Type.FIND_NODE, peer.peer().bytes());
      over(connect(peer), question, true);
      table.offer(peer.peer(), List.of());
      return true;
    } catch (Libp2pException | IOException | MalformedMessageException e) {
      return false;
    }
  }
}
