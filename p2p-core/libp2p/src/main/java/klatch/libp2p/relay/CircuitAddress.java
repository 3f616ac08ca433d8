package klatch.libp2p.relay;

import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.MultiaddrProtocol;
import klatch.libp2p.PeerId;

/**
 * An address through a relay: {@code <relay>/p2p/<relay id>/p2p-circuit/p2p/<target>}.
 *
 * @param relay how to reach the relay, with its peer id
 * @param target who is behind it; empty in an address as a listener tells it
 */
record CircuitAddress(Multiaddr relay, Optional<PeerId> target) {
  private static final String CIRCUIT = "/p2p-circuit";

  /** Whether an address leads through a relay. */
  static boolean isCircuit(Multiaddr address) {
    return address.components().stream().anyMatch(part -> part.protocol() == MultiaddrProtocol.P2P_CIRCUIT);
  }

  /** Takes an address apart; one through two relays, or whose relay has no id, is refused. */
  static CircuitAddress of(Multiaddr address) throws MalformedMessageException {
    String text = address.toString();
    int at = text.indexOf(CIRCUIT);
    if (at <= 0 || text.indexOf(CIRCUIT, at + 1) >= 0) {
      throw new MalformedMessageException("not an address through one relay: " + address);
    }
    Multiaddr relay = Multiaddr.parse(text.substring(0, at));
    if (relay.components().getLast().protocol() != MultiaddrProtocol.P2P) {
      throw new MalformedMessageException("an address through a relay without the relay's id: " + address);
    }
    String rest = text.substring(at + CIRCUIT.length());
    return new CircuitAddress(relay, rest.isEmpty() ? Optional.empty() : Multiaddr.parse(rest).peer());
  }

  /** The address of whoever is behind {@code relay}, without the target's id. */
  static Multiaddr through(Multiaddr relay) {
    try {
      return Multiaddr.parse(relay + CIRCUIT);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("an address that cannot be written", e);
    }
  }
}
