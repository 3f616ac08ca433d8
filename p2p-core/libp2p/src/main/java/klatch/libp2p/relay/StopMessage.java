package klatch.libp2p.relay;

import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/** What is said between a relay and the peer that a connection is passed on to: {@code StopMessage} of circuit-v2. */
sealed interface StopMessage {
  String PROTOCOL = "/libp2p/circuit/relay/0.2.0/stop";

  /** The relay brings a connection of {@code initiator}. */
  record Connect(PeerAddresses initiator, CircuitLimit limit) implements StopMessage {
  }

  /** The answer. */
  record Status(RelayStatus status) implements StopMessage {
  }

  int TYPE = 1;
  int PEER = 2;
  int LIMIT = 3;
  int STATUS = 4;
  int TYPE_CONNECT = 0;
  int TYPE_STATUS = 1;

  default byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer();
    switch (this) {
      case Connect(PeerAddresses initiator, CircuitLimit limit) -> {
        message.number(TYPE, TYPE_CONNECT).bytes(PEER, initiator.encode().toByteArray());
        if (!limit.isNone()) {
          message.bytes(LIMIT, limit.encode());
        }
      }
      case Status(RelayStatus status) -> message.number(TYPE, TYPE_STATUS).number(STATUS, status.code());
    }
    return message.toByteArray();
  }

  static StopMessage decode(byte[] bytes) throws MalformedMessageException {
    long type = -1;
    Optional<PeerAddresses> peer = Optional.empty();
    CircuitLimit limit = CircuitLimit.NONE;
    RelayStatus status = RelayStatus.UNUSED;
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case PEER -> peer = Optional.of(PeerAddresses.decode(field.array()));
        case LIMIT -> limit = CircuitLimit.decode(field.array());
        case STATUS -> status = RelayStatus.of(field.number());
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (type == TYPE_CONNECT) {
      return new Connect(peer.orElseThrow(() -> new MalformedMessageException("a CONNECT without a peer")), limit);
    }
    if (type == TYPE_STATUS) {
      return new Status(status);
    }
    throw new MalformedMessageException("stop message of type " + type + ", 0 or " + TYPE_STATUS);
  }
}
