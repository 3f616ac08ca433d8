package klatch.libp2p.identify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.PrivateKey;
import klatch.libp2p.PublicKey;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;

/**
 * A payload with its signer's key and signature (libp2p RFC 0002). The signature covers a domain that is not in the envelope, so that what was signed
 * for one purpose is worth nothing for another. Keeps the bytes it came in, to be handed on unchanged.
 */
public final class SignedEnvelope {
  /** Longest envelope read; a record of 64 addresses signed with RSA takes about half. */
  public static final int MAX_BYTES = 8192;
  private static final int KEY = 1;
  private static final int TYPE = 2;
  private static final int PAYLOAD = 3;
  private static final int SIGNATURE = 5;

  private final PublicKey signer;
  private final byte[] payloadType;
  private final byte[] payload;
  private final byte[] signature;
  private final byte[] encoded;

  private SignedEnvelope(PublicKey signer, byte[] payloadType, byte[] payload, byte[] signature, byte[] encoded) {
    this.signer = signer;
    this.payloadType = payloadType;
    this.payload = payload;
    this.signature = signature;
    this.encoded = encoded;
  }

  /** Signs a payload of this type for this domain. */
  public static SignedEnvelope seal(PrivateKey key, String domain, byte[] payloadType, byte[] payload) {
    byte[] signature = key.sign(signed(domain, payloadType, payload));
    byte[] encoded = new Protobuf.Writer().bytes(KEY, key.identity().encode()).bytes(TYPE, payloadType)
        .bytes(PAYLOAD, payload).bytes(SIGNATURE, signature).toByteArray();
    return new SignedEnvelope(key.identity(), payloadType.clone(), payload.clone(), signature, encoded);
  }

  /** Takes an envelope apart and believes nothing: see {@link #verify}. */
  public static SignedEnvelope decode(byte[] envelope) throws MalformedMessageException {
    if (envelope.length > MAX_BYTES) {
      throw new MalformedMessageException("signed envelope of " + envelope.length + " bytes, at most " + MAX_BYTES);
    }
    byte[][] parts = new byte[SIGNATURE + 1][0];
    for (Protobuf.Field field : Protobuf.read(envelope)) {
      switch (field.tag()) {
        case KEY, TYPE, PAYLOAD, SIGNATURE -> parts[field.tag()] = field.array();
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    return new SignedEnvelope(PublicKey.decode(parts[KEY]), parts[TYPE], parts[PAYLOAD], parts[SIGNATURE],
        envelope.clone());
  }

  /** Takes an envelope apart that was signed for this domain and holds this type; gives the payload as {@link #payload()}. */
  public static SignedEnvelope open(byte[] envelope, String domain, byte[] payloadType)
      throws MalformedMessageException {
    SignedEnvelope opened = decode(envelope);
    opened.verify(domain, payloadType);
    return opened;
  }

  /** Refuses another type, and a signature that was not made by the signer for this domain. */
  public void verify(String domain, byte[] expectedType) throws MalformedMessageException {
    if (!Arrays.equals(payloadType, expectedType)) {
      throw new MalformedMessageException(
          "signed envelope with a payload type of " + payloadType.length + " bytes that is not the expected one");
    }
    if (!signer.verify(signed(domain, payloadType, payload), signature)) {
      throw new MalformedMessageException("the signature of an envelope of " + domain + " does not verify");
    }
  }

  public PublicKey signer() {
    return signer;
  }

  public byte[] payloadType() {
    return payloadType.clone();
  }

  public byte[] payload() {
    return payload.clone();
  }

  /** The bytes it came in. */
  public byte[] encode() {
    return encoded.clone();
  }

  private static byte[] signed(String domain, byte[] type, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : List.of(domain.getBytes(StandardCharsets.UTF_8), type, payload)) {
      out.writeBytes(Varint.encode(part.length));
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignedEnvelope that && Arrays.equals(encoded, that.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "envelope of " + payload.length + " bytes signed by " + signer.peerId();
  }
}
