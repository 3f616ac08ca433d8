package klatch.libp2p.identify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.wire.Protobuf;

/**
 * A peer's own signed list of addresses: a {@code PeerRecord} in a signed envelope (libp2p RFC 0002 and 0003, with the domain and type that
 * the network uses).
 *
 * @param sequence grows with every change; only to be compared with others of the same peer
 */
public record PeerRecord(PeerId peer, long sequence, List<Multiaddr> addresses) {
  /** Addresses of one record that are looked at. */
  public static final int MAX_ADDRESSES = 64;
  private static final String DOMAIN = "libp2p-peer-record";
  private static final byte[] TYPE = {0x03, 0x01};
  /** What rust-libp2p signs with, after the letter of the RFC. */
  private static final String RFC_DOMAIN = "libp2p-routing-state";
  private static final byte[] RFC_TYPE = "/libp2p/routing-state-record".getBytes(StandardCharsets.UTF_8);
  private static final int PEER_ID = 1;
  private static final int SEQ = 2;
  private static final int ADDRESSES = 3;
  private static final int MULTIADDR = 1;

  public PeerRecord {
    addresses = List.copyOf(addresses);
  }

  /** The signed envelope of this record. */
  public SignedEnvelope seal(PrivateKey key) {
    Protobuf.Writer record = new Protobuf.Writer().bytes(PEER_ID, peer.bytes()).number(SEQ, sequence);
    for (Multiaddr address : addresses) {
      record.bytes(ADDRESSES, new Protobuf.Writer().bytes(MULTIADDR, address.bytes()).toByteArray());
    }
    return SignedEnvelope.seal(key, DOMAIN, TYPE, record.toByteArray());
  }

  /** Opens an envelope: the signature verifies, and the record is the signer's own. */
  public static PeerRecord open(SignedEnvelope envelope) throws MalformedMessageException {
    if (Arrays.equals(envelope.payloadType(), RFC_TYPE)) {
      envelope.verify(RFC_DOMAIN, RFC_TYPE);
    } else {
      envelope.verify(DOMAIN, TYPE);
    }
    PeerRecord record = read(envelope.payload());
    PeerId signer = envelope.signer().peerId();
    if (!record.peer.equals(signer)) {
      throw new MalformedMessageException("a peer record of " + record.peer + " signed by " + signer);
    }
    return record;
  }

  /** One address that cannot be read must not lose the others. */
  private static Optional<Multiaddr> readable(byte[] bytes) {
    try {
      return Optional.of(Multiaddr.fromBytes(bytes));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  private static PeerRecord read(byte[] payload) throws MalformedMessageException {
    byte[] peer = {};
    long sequence = 0;
    List<Multiaddr> addresses = new ArrayList<>();
    for (Protobuf.Field field : Protobuf.read(payload)) {
      switch (field.tag()) {
        case PEER_ID -> peer = field.array();
        case SEQ -> sequence = field.number();
        case ADDRESSES -> {
          for (Protobuf.Field part : Protobuf.read(field.array())) {
            if (part.tag() == MULTIADDR && addresses.size() < MAX_ADDRESSES) {
              readable(part.array()).ifPresent(addresses::add);
            }
          }
        }
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    return new PeerRecord(PeerId.fromBytes(peer), sequence, addresses);
  }
}
