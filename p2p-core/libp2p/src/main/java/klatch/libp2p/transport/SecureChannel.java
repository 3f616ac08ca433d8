package klatch.libp2p.transport;

import java.io.IOException;
import klatch.libp2p.MalformedMessageException;

/**
 * An encrypted channel over a raw connection. One thread reads; writers take turns under a lock of their own. Frames to write have room
 * at both ends, so that a channel may seal them in place.
 */
public interface SecureChannel {
  /** Room in front of the plain bytes of a frame. */
  int HEAD_BYTES = 2;
  /** Room behind them. */
  int TAIL_BYTES = 16;
  /** Most plain bytes of one write. */
  int MAX_PLAIN_BYTES = 65535 - TAIL_BYTES;

  /** Reads what comes next into {@link #plain()}, from 0; gives its length, perhaps 0, or -1 if the peer ended. */
  int read() throws IOException, MalformedMessageException;

  /** Where {@link #read} puts the bytes; another array after another read. */
  byte[] plain();

  /** Writes {@code frame[HEAD_BYTES .. HEAD_BYTES + length)}, and may spoil the whole array. */
  void write(byte[] frame, int length) throws IOException;

  /** The connection underneath. */
  RawConnection raw();

  /** Ends our side; the reading thread goes on until the peer has ended its own. */
  default void endOutput() {
    try {
      raw().endOutput();
    } catch (IOException e) {
      raw().close();
    }
  }
}
