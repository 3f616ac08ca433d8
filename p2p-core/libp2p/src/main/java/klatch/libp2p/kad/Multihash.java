package klatch.libp2p.kad;

import java.nio.ByteBuffer;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Varint;

/** The shape of a content's name: a hash function's number, a length, and so many bytes. */
final class Multihash {
  /** A 64-byte hash behind two varints of at most two bytes each, with room to spare. */
  private static final int MAX_BYTES = 80;
  /** A shorter one names nothing. */
  private static final int MIN_DIGEST_BYTES = 4;

  private Multihash() {
  }

  static void check(byte[] multihash) throws MalformedMessageException {
    if (multihash.length > MAX_BYTES) {
      throw new MalformedMessageException("multihash of " + multihash.length + " bytes, at most " + MAX_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(multihash);
    Varint.read(in);
    long length = Varint.read(in);
    if (length != in.remaining() || length < MIN_DIGEST_BYTES) {
      throw new MalformedMessageException(
          "multihash that says " + length + " bytes and has " + in.remaining() + ", at least " + MIN_DIGEST_BYTES);
    }
  }
}
