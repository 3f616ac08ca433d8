package klatch.libp2p.dcutr;

import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/** The two messages of DCUtR: {@code HolePunch { Type type = 1; repeated bytes ObsAddrs = 2 }}. */
sealed interface HolePunch {
  /** Longest message, by the specification. */
  int MAX_BYTES = 4096;
  int TYPE = 1;
  int ADDRESSES = 2;
  int TYPE_CONNECT = 100;
  int TYPE_SYNC = 300;

  /** Where the sender may be reached from outside, as others have seen it. */
  record Connect(List<Multiaddr> observed) implements HolePunch {
    public Connect {
      observed = List.copyOf(observed);
    }
  }

  /** Dial now. */
  record Sync() implements HolePunch {
  }

  default byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer();
    switch (this) {
      case Connect(List<Multiaddr> observed) -> {
        message.number(TYPE, TYPE_CONNECT);
        observed.forEach(address -> message.bytes(ADDRESSES, address.bytes()));
      }
      case Sync() -> message.number(TYPE, TYPE_SYNC);
    }
    return message.toByteArray();
  }

  static HolePunch decode(byte[] bytes) throws MalformedMessageException {
    long type = -1;
    List<Multiaddr> addresses = new ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case TYPE -> type = field.number();
        case ADDRESSES -> PeerAddresses.add(addresses, field.array());
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (type == TYPE_CONNECT) {
      return new Connect(addresses);
    }
    if (type == TYPE_SYNC) {
      return new Sync();
    }
    throw new MalformedMessageException("hole punch message of type " + type + ", 100 or 300");
  }
}
