package klatch.libp2p;

import java.util.List;
import java.util.Optional;
import klatch.libp2p.identify.SignedEnvelope;

/**
 * What a host remembers of peers, connected or not: addresses with the time they are good for, the protocols they spoke last, the record they signed.
 * Bounded, and kept over restarts if the options name a file. Safe for any thread.
 */
public interface Peerstore {
  /** How much an address is worth, and so how long it is kept; what is worth more is never shortened by what is worth less. */
  enum Source {
    /** Somebody else said so: a relay, a lookup, another peer. */
    HEARSAY,
    /** The peer itself said so over a connection. */
    IDENTIFY,
    /** We reached the peer there. */
    DIALLED,
    /** The user said so; never expires. */
    CONFIGURED
  }

  /** Notes where {@code peer} may be reached; addresses with another peer's name at the end are ignored. */
  void addAddresses(PeerId peer, List<Multiaddr> addresses, Source source);

  /** The addresses still good, without {@code /p2p} of the peer itself, the most trusted first. */
  List<Multiaddr> addresses(PeerId peer);

  /** The protocols it spoke when it was last connected. */
  List<String> protocols(PeerId peer);

  /** The envelope of the newest record of its own addresses that it signed. */
  Optional<SignedEnvelope> signedRecord(PeerId peer);

  /**
   * Takes a signed record from anybody; its addresses replace those that older records and identify gave.
   *
   * @return whether it was newer than the one there was
   * @throws MalformedMessageException if it does not verify
   */
  boolean addRecord(SignedEnvelope record) throws MalformedMessageException;

  /** Every peer with an address that is still good. */
  List<PeerId> peers();

  void forget(PeerId peer);
}
