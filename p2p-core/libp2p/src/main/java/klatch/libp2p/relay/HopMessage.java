package klatch.libp2p.relay;

import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/** What is said between a relay and those who use it: {@code HopMessage} of circuit-v2. */
sealed interface HopMessage {
  String PROTOCOL = "/libp2p/circuit/relay/0.2.0/hop";

  /** Asks for a reservation. */
  record Reserve() implements HopMessage {
  }

  /** Asks for a connection to {@code target}; its addresses mean nothing to us. */
  record Connect(PeerAddresses target) implements HopMessage {
  }

  /** The relay's answer. */
  record Status(RelayStatus status, Optional<Reservation> reservation, CircuitLimit limit) implements HopMessage {
    static Status of(RelayStatus status) {
      return new Status(status, Optional.empty(), CircuitLimit.NONE);
    }
  }

  int TYPE = 1;
  int PEER = 2;
  int RESERVATION = 3;
  int LIMIT = 4;
  int STATUS = 5;
  int TYPE_RESERVE = 0;
  int TYPE_CONNECT = 1;
  int TYPE_STATUS = 2;

  default byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer();
    switch (this) {
      case Reserve() -> message.number(TYPE, TYPE_RESERVE);
      case Connect(PeerAddresses target) ->
        message.number(TYPE, TYPE_CONNECT).bytes(PEER, target.encode().toByteArray());
      case Status(RelayStatus status, Optional<Reservation> reservation, CircuitLimit limit) -> {
        message.number(TYPE, TYPE_STATUS);
        reservation.ifPresent(granted -> message.bytes(RESERVATION, granted.encode()));
        if (!limit.isNone()) {
          message.bytes(LIMIT, limit.encode());
        }
        message.number(STATUS, status.code());
      }
    }
    return message.toByteArray();
  }

  static HopMessage decode(byte[] bytes) throws MalformedMessageException {
    long type = -1;
    Optional<PeerAddresses> peer = Optional.empty();
    Optional<Reservation> reservation = Optional.empty();
    CircuitLimit limit = CircuitLimit.NONE;
    RelayStatus status = RelayStatus.UNUSED;
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case PEER -> peer = Optional.of(PeerAddresses.decode(field.array()));
        case RESERVATION -> reservation = Optional.of(Reservation.decode(field.array()));
        case LIMIT -> limit = CircuitLimit.decode(field.array());
        case STATUS -> status = RelayStatus.of(field.number());
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (type == TYPE_RESERVE) {
      return new Reserve();
    }
    if (type == TYPE_CONNECT) {
      return new Connect(peer.orElseThrow(() -> new MalformedMessageException("a CONNECT without a peer")));
    }
    if (type == TYPE_STATUS) {
      return new Status(status, reservation, limit);
    }
    throw new MalformedMessageException("hop message of type " + type + ", 0 to " + TYPE_STATUS);
  }
}
