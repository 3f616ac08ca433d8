package klatch.libp2p.relay;

import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/**
 * The fields of a message of circuit-v2. Both kinds of messages begin alike; behind that they have the same fields under different tags.
 *
 * @param type what the message is, by its own kind's numbers; -1 if it does not say
 */
record RelayFields(long type, Optional<PeerAddresses> peer, Optional<Reservation> reservation, CircuitLimit limit,
    RelayStatus status) {
  static final int TYPE = 1;
  static final int PEER = 2;

  /** The tags that differ; 0 for a field that a kind does not have. */
  record Tags(int reservation, int limit, int status) {
  }

  static RelayFields read(byte[] bytes, Tags tags) throws MalformedMessageException {
    long type = -1;
    Optional<PeerAddresses> peer = Optional.empty();
    Optional<Reservation> reservation = Optional.empty();
    CircuitLimit limit = CircuitLimit.NONE;
    RelayStatus status = RelayStatus.UNUSED;
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      int tag = field.tag();
      if (tag == TYPE) {
        type = field.number();
      } else if (tag == PEER) {
        peer = Optional.of(PeerAddresses.decode(field.array()));
      } else if (tag == tags.reservation()) {
        reservation = Optional.of(Reservation.decode(field.array()));
      } else if (tag == tags.limit()) {
        limit = CircuitLimit.decode(field.array());
      } else if (tag == tags.status()) {
        status = RelayStatus.of(field.number());
      }
      // Unknown fields are for later versions.
    }
    return new RelayFields(type, peer, reservation, limit, status);
  }

  PeerAddresses requirePeer() throws MalformedMessageException {
    return peer.orElseThrow(() -> new MalformedMessageException("a CONNECT without a peer"));
  }

  /** Writes a limit, unless there is none. */
  static void write(Protobuf.Writer message, int tag, CircuitLimit limit) {
    if (!limit.isNone()) {
      message.bytes(tag, limit.encode());
    }
  }
}
