package klatch.libp2p;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * One two-way byte stream to a peer, for one protocol. Each direction closes on its own. One thread may read while another writes; two
 * readers or two writers must agree among themselves.
 *
 * <p>
 * Reads return -1 when the remote has closed its writing side, and throw {@link StreamResetException} after a reset from either side,
 * {@link ConnectionClosedException} when the connection is gone, {@link java.net.SocketTimeoutException} when {@link #timeout} ran out.
 * Writes block while the peer grants no window, and throw the same. The output is not buffered: each write is at least one frame. Do not
 * interrupt a thread that is writing: if the socket itself is what it waits for, that closes the whole connection.
 */
public interface Stream extends AutoCloseable {
  /** The protocol agreed on, such as {@code /klatch/sync/1}. */
  String protocol();

  PeerId remotePeer();

  Connection connection();

  InputStream input();

  OutputStream output();

  /** Longest time one read or write may block; zero (the start) is for ever. */
  void timeout(Duration perOperation);

  /** Says that nothing more will be written; reading goes on. Closing {@link #output()} does the same. */
  void closeWrite();

  /** Ends both directions at once; both sides' reads and writes fail from then on. Does nothing on a stream that is over. */
  void reset();

  /** Closes the writing side and gives up reading: what still arrives is thrown away. */
  @Override
  void close();
}
