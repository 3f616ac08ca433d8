package klatch.libp2p.autonat;

import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.wire.Protobuf;

/** What is said on a stream of {@code /libp2p/autonat/2/dial-back}: the nonce one way, a status the other. */
final class DialBack {
  static final String PROTOCOL = "/libp2p/autonat/2/dial-back";
  /** A nonce takes nine bytes, a status two. */
  static final int MAX_BYTES = 64;
  private static final int NONCE = 1;
  private static final int STATUS = 1;

  private DialBack() {
  }

  static byte[] encode(long nonce) {
    return new Protobuf.Writer().fixed64(NONCE, nonce).toByteArray();
  }

  static long nonce(byte[] message) throws MalformedMessageException {
    for (Protobuf.Field field : Protobuf.read(message)) {
      if (field.tag() == NONCE) {
        return field.fixed64();
      }
    }
    throw new MalformedMessageException("a dial back without a nonce");
  }

  /** The answer that the nonce arrived. */
  static byte[] ok() {
    return new Protobuf.Writer().number(STATUS, 0).toByteArray();
  }

  /** @throws MalformedMessageException if the answer is anything but that the nonce arrived; an empty message is */
  static void requireOk(byte[] message) throws MalformedMessageException {
    for (Protobuf.Field field : Protobuf.read(message)) {
      if (field.tag() == STATUS && field.number() != 0) {
        throw new MalformedMessageException("dial back answered with status " + field.number());
      }
    }
  }
}
