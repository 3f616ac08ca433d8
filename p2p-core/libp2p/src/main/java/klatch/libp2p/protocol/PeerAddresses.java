package klatch.libp2p.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.wire.Protobuf;

/** A peer and where it may be reached: {@code Peer { bytes id = 1; repeated bytes addrs = 2 }} in several protocols. Hearsay. */
public record PeerAddresses(PeerId peer, List<Multiaddr> addresses) {
  /** Addresses kept of one peer; the rest is ignored. */
  public static final int MAX_ADDRESSES = 32;
  private static final int ID = 1;
  private static final int ADDRS = 2;

  public PeerAddresses {
    addresses = List.copyOf(addresses);
  }

  public static PeerAddresses of(PeerId peer) {
    return new PeerAddresses(peer, List.of());
  }

  /** The addresses without {@code /p2p} at the end, as most protocols send them. */
  public Protobuf.Writer encode() {
    Protobuf.Writer message = new Protobuf.Writer().bytes(ID, peer.bytes());
    addresses.forEach(address -> message.bytes(ADDRS, address.bytes()));
    return message;
  }

  /** Reads the message; addresses that cannot be read are left out, further fields ignored. */
  public static PeerAddresses decode(byte[] message) throws MalformedMessageException {
    Optional<PeerId> peer = Optional.empty();
    List<Multiaddr> addresses = new ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(message)) {
      switch (field.tag()) {
        case ID -> peer = Optional.of(PeerId.fromBytes(field.array()));
        case ADDRS -> add(addresses, field.array());
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    return new PeerAddresses(peer.orElseThrow(() -> new MalformedMessageException("a peer without an id")), addresses);
  }

  /** Adds an address to a list, unless it cannot be read or the list is full: one bad address must not lose the others. */
  public static void add(List<Multiaddr> addresses, byte[] address) {
    if (addresses.size() < MAX_ADDRESSES) {
      try {
        addresses.add(Multiaddr.fromBytes(address));
      } catch (MalformedMessageException e) {
        // Left out.
      }
    }
  }
}
