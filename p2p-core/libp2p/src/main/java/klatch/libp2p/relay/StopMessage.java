package klatch.libp2p.relay;

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

  RelayFields.Tags TAGS = new RelayFields.Tags(0, 3, 4);
  int TYPE_CONNECT = 0;
  int TYPE_STATUS = 1;

  default byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer();
    switch (this) {
      case Connect(PeerAddresses initiator, CircuitLimit limit) -> {
        message.number(RelayFields.TYPE, TYPE_CONNECT).bytes(RelayFields.PEER, initiator.encode().toByteArray());
        RelayFields.write(message, TAGS.limit(), limit);
      }
      case Status(RelayStatus status) ->
        message.number(RelayFields.TYPE, TYPE_STATUS).number(TAGS.status(), status.code());
    }
    return message.toByteArray();
  }

  static StopMessage decode(byte[] bytes) throws MalformedMessageException {
    RelayFields fields = RelayFields.read(bytes, TAGS);
    if (fields.type() == TYPE_CONNECT) {
      return new Connect(fields.requirePeer(), fields.limit());
    }
    if (fields.type() == TYPE_STATUS) {
      return new Status(fields.status());
    }
    throw new MalformedMessageException("stop message of type " + fields.type() + ", 0 or " + TYPE_STATUS);
  }
}
