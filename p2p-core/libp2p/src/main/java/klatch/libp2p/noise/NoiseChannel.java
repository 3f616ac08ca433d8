package klatch.libp2p.noise;

import java.io.IOException;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.transport.RawBytes;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.SecureChannel;

/** The encrypted channel after a Noise handshake: messages of at most 65519 bytes, each behind a two-byte length. */
public final class NoiseChannel implements SecureChannel {
  private static final int SMALL_MESSAGE_BYTES = 512;
  private static final int MAX_SEALED_BYTES = 65535;

  private final RawBytes bytes;
  private final NoiseCipher sending;
  private final NoiseCipher receiving;
  private byte[] plain = new byte[SMALL_MESSAGE_BYTES];

  public NoiseChannel(RawBytes bytes, NoiseCipher sending, NoiseCipher receiving) {
    this.bytes = bytes;
    this.sending = sending;
    this.receiving = receiving;
  }

  @Override
  public RawConnection raw() {
    return bytes.connection();
  }

  @Override
  public int read() throws IOException, MalformedMessageException {
    int at = bytes.require(HEAD_BYTES);
    if (at < 0) {
      return -1;
    }
    byte[] raw = bytes.buffer();
    int length = (raw[at] & 0xff) << 8 | (raw[at + 1] & 0xff);
    if (length < NoiseCipher.TAG_BYTES) {
      throw new MalformedMessageException("Noise message of " + length + " bytes, at least " + NoiseCipher.TAG_BYTES);
    }
    at = bytes.require(HEAD_BYTES + length);
    if (plain.length < length) {
      plain = new byte[Math.max(length, Math.min(2 * plain.length, MAX_SEALED_BYTES))];
    }
    int count = receiving.open(bytes.buffer(), at + HEAD_BYTES, length, plain);
    bytes.consume(HEAD_BYTES + length);
    return count;
  }

  @Override
  public byte[] plain() {
    return plain;
  }

  @Override
  public void write(byte[] frame, int length) throws IOException {
    sending.seal(frame, HEAD_BYTES, length);
    int sealed = length + NoiseCipher.TAG_BYTES;
    frame[0] = (byte) (sealed >> 8);
    frame[1] = (byte) sealed;
    bytes.write(frame, 0, HEAD_BYTES + sealed);
  }
}
