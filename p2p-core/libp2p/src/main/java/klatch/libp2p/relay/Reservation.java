package klatch.libp2p.relay;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.protocol.PeerAddresses;
import klatch.libp2p.wire.Protobuf;

/**
 * A relay's promise to pass connections on to us: {@code Reservation { uint64 expire = 1; repeated bytes addrs = 2; bytes voucher = 3 }}.
 *
 * @param expires whole seconds
 * @param relayAddresses where the relay is reached, without {@code /p2p-circuit}
 * @param voucher a signed envelope; empty if the relay sends none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Reservation(Instant expires, List<Multiaddr> relayAddresses, byte[] voucher) {
  private static final int EXPIRE = 1;
  private static final int ADDRS = 2;
  private static final int VOUCHER = 3;
  /** The year 9999 and a little: no instant past it is meant. */
  private static final long MAX_EPOCH_SECONDS = 1L << 38;

  Reservation {
    relayAddresses = List.copyOf(relayAddresses);
  }

  byte[] encode() {
    Protobuf.Writer message = new Protobuf.Writer().number(EXPIRE, expires.getEpochSecond());
    relayAddresses.forEach(address -> message.bytes(ADDRS, address.bytes()));
    return message.bytes(VOUCHER, voucher).toByteArray();
  }

  static Reservation decode(byte[] message) throws MalformedMessageException {
    long expire = 0;
    List<Multiaddr> addresses = new ArrayList<>();
    byte[] voucher = {};
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case EXPIRE -> expire = field.number();
        case ADDRS -> PeerAddresses.add(addresses, field.array());
        case VOUCHER -> voucher = field.array();
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    if (expire > MAX_EPOCH_SECONDS) {
      throw new MalformedMessageException("reservation until second " + expire + ", at most " + MAX_EPOCH_SECONDS);
    }
    return new Reservation(Instant.ofEpochSecond(expire), addresses, voucher);
  }
}
