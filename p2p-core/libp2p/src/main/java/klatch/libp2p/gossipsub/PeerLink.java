package klatch.libp2p.gossipsub;

import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Connection;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.PeerId;
import klatch.libp2p.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outbound half of talking to one peer: one stream, written by one thread from a {@link SendQueue} (libp2p pubsub, "Stream management").
 */
final class PeerLink {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
  /** Room in front of an RPC for its length. */
  private static final int LENGTH_BYTES = 4;
  /** A buffer up to this size is kept for the next RPC. */
  private static final int KEPT_BYTES = 8 * 1024;

  /** What happens to a link; called on its thread. */
  interface Events {
    /** The peer speaks {@code version}; from now on it can be sent to. */
    void opened(PeerLink link, PubsubVersion version);

    void ended(PeerLink link, boolean wasOpen, String reason);
  }

  private final Connection connection;
  private final Duration writeTimeout;
  private final Events events;
  private final SendQueue queue = new SendQueue();
  private final CountDownLatch decided = new CountDownLatch(1);
  private volatile @Nullable Stream stream;
  private volatile boolean open;
  private volatile boolean gaveUp;

  PeerLink(Connection connection, Duration writeTimeout, Events events) {
    this.connection = connection;
    this.writeTimeout = writeTimeout;
    this.events = events;
  }

  PeerId peer() {
    return connection.remotePeer();
  }

  Connection connection() {
    return connection;
  }

  SendQueue queue() {
    return queue;
  }

  /** Opens the stream and writes until the link ends. */
  void run() {
    String reason = "closed";
    try (Stream opened = connection.open(PubsubVersion.PROTOCOLS)) {
      Optional<PubsubVersion> version = PubsubVersion.of(opened.protocol());
      opened.timeout(writeTimeout);
      stream = opened;
      open = true;
      events.opened(this, version.orElse(PubsubVersion.FLOODSUB));
      decided.countDown();
      write(opened.output());
      opened.closeWrite();
    } catch (SocketTimeoutException e) {
      gaveUp = true;
      reason = "the peer took nothing for " + writeTimeout.toMillis() + " ms";
      resetStream();
    } catch (Libp2pException | IOException e) {
      reason = String.valueOf(e.getMessage());
      resetStream();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      resetStream();
    } finally {
      boolean wasOpen = open;
      open = false;
      queue.close();
      LOG.debug("pubsub to {} ended: {}", peer(), reason);
      events.ended(this, wasOpen, reason);
      decided.countDown();
    }
  }

  private void write(OutputStream out) throws IOException, InterruptedException {
    WireWriter buffer = new WireWriter(LENGTH_BYTES);
    for (List<RpcPart> parts = queue.take(); !parts.isEmpty(); parts = queue.take()) {
      buffer.clear();
      buffer.skip(LENGTH_BYTES);
      RpcCodec.encode(parts, buffer);
      int length = buffer.size() - LENGTH_BYTES;
      int start = LENGTH_BYTES - WireWriter.varintBytes(length);
      buffer.putLength(start, length);
      out.write(buffer.buffer(), start, buffer.size() - start);
      if (buffer.buffer().length > KEPT_BYTES && queue.waiting() == 0) {
        buffer = new WireWriter(LENGTH_BYTES);
      }
    }
  }

  /** Whether the peer turned out to speak pubsub; waits until that is known. */
  boolean awaitOpen(Duration patience) throws InterruptedException {
    return decided.await(patience.toMillis(), TimeUnit.MILLISECONDS) && open;
  }

  /** Says that there will be no more, and ends. */
  void close() {
    queue.close();
  }

  /** Whether it was we who ended it, because of how the peer behaves. */
  boolean gaveUp() {
    return gaveUp;
  }

  /** Ends at once, for good. */
  void cut() {
    gaveUp = true;
    queue.close();
    resetStream();
  }

  private void resetStream() {
    Stream current = stream;
    if (current != null) {
      current.reset();
    }
  }
}
