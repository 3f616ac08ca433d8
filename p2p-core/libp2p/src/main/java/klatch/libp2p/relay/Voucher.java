package klatch.libp2p.relay;

import java.time.Instant;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PeerId;
import klatch.libp2p.identify.SignedEnvelope;
import klatch.libp2p.wire.Protobuf;

/**
 * A relay's signed word that it serves a peer until some time: {@code Voucher { bytes relay = 1; bytes peer = 2; uint64 expiration = 3 }}
 * in a signed envelope (circuit-v2, reservation vouchers).
 *
 * @param expires whole seconds
 */
record Voucher(PeerId relay, PeerId peer, Instant expires) {
  static final String DOMAIN = "libp2p-relay-rsvp";
  private static final byte[] TYPE = {0x03, 0x02};
  private static final int RELAY = 1;
  private static final int PEER = 2;
  private static final int EXPIRATION = 3;
  private static final long MAX_EPOCH_SECONDS = 1L << 38;

  static byte[] type() {
    return TYPE.clone();
  }

  /** The envelope's payload. */
  byte[] encode() {
    return new Protobuf.Writer().bytes(RELAY, relay.bytes()).bytes(PEER, peer.bytes())
        .number(EXPIRATION, expires.getEpochSecond()).toByteArray();
  }

  /** Opens an envelope: signed for this domain, by the very relay it names. */
  static Voucher open(byte[] envelope) throws MalformedMessageException {
    SignedEnvelope opened = SignedEnvelope.open(envelope, DOMAIN, TYPE);
    byte[] relay = {};
    byte[] peer = {};
    long expiration = 0;
    for (Protobuf.Field field : Protobuf.read(opened.payload())) {
      switch (field.tag()) {
        case RELAY -> relay = field.array();
        case PEER -> peer = field.array();
        case EXPIRATION -> expiration = Math.min(field.number(), MAX_EPOCH_SECONDS);
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    Voucher voucher = new Voucher(PeerId.fromBytes(relay), PeerId.fromBytes(peer), Instant.ofEpochSecond(expiration));
    if (!voucher.relay.equals(opened.signer().peerId())) {
      throw new MalformedMessageException("a voucher of " + voucher.relay + " signed by " + opened.signer().peerId());
    }
    return voucher;
  }
}
