package klatch.libp2p.identify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.PublicKeys;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;

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
  private static final int ENVELOPE_KEY = 1;
  private static final int ENVELOPE_TYPE = 2;
  private static final int ENVELOPE_PAYLOAD = 3;
  private static final int ENVELOPE_SIGNATURE = 5;
  private static final int PEER_ID = 1;
  private static final int SEQ = 2;
  private static final int ADDRESSES = 3;
  private static final int MULTIADDR = 1;
  private static final Set<Integer> ENVELOPE_TAGS = Set.of(ENVELOPE_KEY, ENVELOPE_TYPE, ENVELOPE_PAYLOAD,
      ENVELOPE_SIGNATURE);

  public PeerRecord {
    addresses = List.copyOf(addresses);
  }

  /** The signed envelope of this record. */
  public byte[] seal(Ed25519Key key) {
    Protobuf.Writer record = new Protobuf.Writer().bytes(PEER_ID, peer.bytes()).number(SEQ, sequence);
    for (Multiaddr address : addresses) {
      record.bytes(ADDRESSES, new Protobuf.Writer().bytes(MULTIADDR, address.bytes()).toByteArray());
    }
    byte[] payload = record.toByteArray();
    return new Protobuf.Writer().bytes(ENVELOPE_KEY, PublicKeys.encode(key.publicKey())).bytes(ENVELOPE_TYPE, TYPE)
        .bytes(ENVELOPE_PAYLOAD, payload).bytes(ENVELOPE_SIGNATURE, key.sign(signed(DOMAIN, TYPE, payload)))
        .toByteArray();
  }

  /** Opens an envelope: the signature verifies, and the record is the signer's own. */
  public static PeerRecord open(byte[] envelope) throws MalformedMessageException {
    byte[][] parts = new byte[ENVELOPE_SIGNATURE + 1][0];
    for (Protobuf.Field field : Protobuf.read(envelope)) {
      if (ENVELOPE_TAGS.contains(field.tag())) {
        parts[field.tag()] = field.array();
      }
    }
    byte[] type = parts[ENVELOPE_TYPE];
    boolean rfc = Arrays.equals(type, RFC_TYPE);
    if (!rfc && !Arrays.equals(type, TYPE)) {
      throw new MalformedMessageException(
          "signed envelope with a payload type of " + type.length + " bytes that is not a peer record");
    }
    byte[] key = PublicKeys.decode(parts[ENVELOPE_KEY]);
    byte[] payload = parts[ENVELOPE_PAYLOAD];
    if (!Ed25519.verify(key, signed(rfc ? RFC_DOMAIN : DOMAIN, type, payload), parts[ENVELOPE_SIGNATURE])) {
      throw new MalformedMessageException("the signature of a peer record does not verify");
    }
    PeerRecord record = read(payload);
    if (!record.peer.equals(PeerId.of(key))) {
      throw new MalformedMessageException("a peer record of " + record.peer + " signed by " + PeerId.of(key));
    }
    return record;
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
              addresses.add(Multiaddr.fromBytes(part.array()));
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

  private static byte[] signed(String domain, byte[] type, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : List.of(domain.getBytes(StandardCharsets.UTF_8), type, payload)) {
      out.writeBytes(Varint.encode(part.length));
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
