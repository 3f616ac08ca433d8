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

  RelayFields.Tags TAGS = new RelayFields.Tags(3, 4, 5);
  int TYPE_RESERVE = 0;
  int TYPE_CONNECT = 1;
  int TYPE_STATUS = 2;

  default byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer();
    switch (this) {
      case Reserve() -> message.number(RelayFields.TYPE, TYPE_RESERVE);
      case Connect(PeerAddresses target) ->
        message.number(RelayFields.TYPE, TYPE_CONNECT).bytes(RelayFields.PEER, target.encode().toByteArray());
      case Status(RelayStatus status, Optional<Reservation> reservation, CircuitLimit limit) -> {
        message.number(RelayFields.TYPE, TYPE_STATUS);
        reservation.ifPresent(granted -> message.bytes(TAGS.reservation(), granted.encode()));
        RelayFields.write(message, TAGS.limit(), limit);
        message.number(TAGS.status(), status.code());
      }
    }
    return message.toByteArray();
  }

  static HopMessage decode(byte[] bytes) throws MalformedMessageException {
    RelayFields fields = RelayFields.read(bytes, TAGS);
    if (fields.type() == TYPE_RESERVE) {
      return new Reserve();
    }
    if (fields.type() == TYPE_CONNECT) {
      return new Connect(fields.requirePeer());
    }
    if (fields.type() == TYPE_STATUS) {
      return new Status(fields.status(), fields.reservation(), fields.limit());
    }
    throw new MalformedMessageException("hop message of type " + fields.type() + ", 0 to " + TYPE_STATUS);
  }
}
