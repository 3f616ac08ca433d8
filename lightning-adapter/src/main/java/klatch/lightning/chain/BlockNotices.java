package klatch.lightning.chain;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from a bitcoind of each new block ({@code zmqpubhashblock}), so that nobody has to wait for the next poll. It is a hint
 * and nothing else: what is heard makes the node ask, and while nothing can be heard polling goes on. Subscribes by ZMTP 3.0
 * (rfc.zeromq.org/spec/23) with the NULL mechanism; connects again whenever the connection ends.
 */
public final class BlockNotices implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockNotices.class);
  private static final String TOPIC = "hashblock";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  /** The publisher must greet; after that it may be silent until the next block. */
  private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  /** Topic, hash and number are short; a longer part is none of bitcoind's. */
  private static final int MAX_FRAME_BYTES = 1_024;
  private static final int MAX_PARTS = 8;

  private static final int GREETING_BYTES = 64;
  private static final int SIGNATURE_BYTES = 10;
  private static final int VERSION_AT = 10;
  private static final int MECHANISM_AT = 12;
  private static final int MECHANISM_BYTES = 20;
  private static final int MAJOR_VERSION = 3;
  private static final int MORE = 1;
  private static final int LONG = 2;
  private static final int COMMAND = 4;

  private final URI publisher;
  private final Runnable onBlock;
  private final Duration pause;
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Socket socket;
  private volatile @Nullable String trouble = "not connected yet";

  private BlockNotices(URI publisher, Runnable onBlock, Duration pause) {
    this.publisher = publisher;
    this.onBlock = onBlock;
    this.pause = pause;
    this.thread = Thread.ofVirtual().name("block-notices").unstarted(this::run);
  }

  /**
   * Begins to listen.
   *
   * @param publisher {@code tcp://host:port}, bitcoind's {@code -zmqpubhashblock}
   * @param onBlock   called for every notice and after every connection, which may have missed some; must not block for long
   * @throws IllegalArgumentException if that is no such address
   */
  public static BlockNotices listen(URI publisher, Runnable onBlock) {
    return listen(publisher, onBlock, PAUSE);
  }

  /** @param pause before it connects again */
  static BlockNotices listen(URI publisher, Runnable onBlock, Duration pause) {
    check(publisher);
    BlockNotices notices = new BlockNotices(publisher, onBlock, pause);
    notices.thread.start();
    return notices;
  }

  /** @throws IllegalArgumentException if notices cannot come from there */
  public static void check(URI publisher) {
    if (!"tcp".equals(publisher.getScheme()) || publisher.getHost() == null || publisher.getPort() < 1) {
      throw new IllegalArgumentException("a bitcoind's notices come from tcp://host:port, not " + publisher);
    }
  }

  /** Why nothing can be heard now; empty if it can. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  private void run() {
    while (!closed) {
      try (Socket connection = new Socket()) {
        socket = connection;
        hear(connection);
      } catch (IOException e) {
        tell("no notices of blocks from " + publisher + " (" + BoundedHttp.words(e.getMessage())
            + "): new blocks are seen by the next poll; check zmqpubhashblock in bitcoin.conf");
      }
      if (!closed) {
        LockSupport.parkNanos(pause.toNanos());
      }
    }
  }

  /** Once for each trouble, not once for each attempt. */
  private void tell(String words) {
    if (!closed && !words.equals(trouble)) {
      LOG.warn("{}", words);
    }
    trouble = words;
  }

  private void hear(Socket connection) throws IOException {
    connection.connect(new InetSocketAddress(publisher.getHost(), publisher.getPort()),
        (int) CONNECT_TIMEOUT.toMillis());
    connection.setSoTimeout((int) GREETING_TIMEOUT.toMillis());
    connection.setKeepAlive(true);
    OutputStream out = connection.getOutputStream();
    DataInputStream in = new DataInputStream(new BufferedInputStream(connection.getInputStream()));
    greet(in, out);
    connection.setSoTimeout(0);
    trouble = null;
    notice();
    while (!closed) {
      if (TOPIC.equals(firstPart(in))) {
        notice();
      }
    }
  }

  private void notice() {
    try {
      onBlock.run();
    } catch (RuntimeException e) {
      LOG.warn("a notice of a block came to nothing: {}", e.getMessage());
    }
  }

  private static void greet(DataInputStream in, OutputStream out) throws IOException {
    byte[] ours = new byte[GREETING_BYTES];
    ours[0] = (byte) 0xff;
    ours[SIGNATURE_BYTES - 1] = 0x7f;
    ours[VERSION_AT] = MAJOR_VERSION;
    byte[] mechanism = mechanism();
    System.arraycopy(mechanism, 0, ours, MECHANISM_AT, MECHANISM_BYTES);
    out.write(ours);
    byte[] theirs = in.readNBytes(GREETING_BYTES);
    if (theirs.length < GREETING_BYTES || theirs[0] != ours[0] || theirs[SIGNATURE_BYTES - 1] != 0x7f
        || theirs[VERSION_AT] < MAJOR_VERSION) {
      throw new IOException("it does not greet as ZeroMQ does");
    }
    if (!Arrays.equals(theirs, MECHANISM_AT, MECHANISM_AT + MECHANISM_BYTES, mechanism, 0, MECHANISM_BYTES)) {
      throw new IOException("it wants a login");
    }
    // READY with one property, the kind of socket; then the subscription, which is a message.
    out.write(frame(COMMAND, "\5READY\13Socket-Type\0\0\0\3SUB".getBytes(StandardCharsets.ISO_8859_1)));
    Frame ready = read(in);
    if ((ready.flags & COMMAND) == 0 || !ready.text().startsWith("\5READY")) {
      throw new IOException("it is not ready to publish");
    }
    out.write(frame(0, ("\1" + TOPIC).getBytes(StandardCharsets.ISO_8859_1)));
    out.flush();
  }

  private static byte[] mechanism() {
    return Arrays.copyOf("NULL".getBytes(StandardCharsets.US_ASCII), MECHANISM_BYTES);
  }

  private static byte[] frame(int flags, byte[] body) {
    byte[] frame = new byte[body.length + 2];
    frame[0] = (byte) flags;
    frame[1] = (byte) body.length;
    System.arraycopy(body, 0, frame, 2, body.length);
    return frame;
  }

  private static final class Frame {
    private final int flags;
    private final byte[] body;

    Frame(int flags, byte[] body) {
      this.flags = flags;
      this.body = body;
    }

    String text() {
      return new String(body, StandardCharsets.ISO_8859_1);
    }
  }

  private static Frame read(DataInputStream in) throws IOException {
    int flags = in.readUnsignedByte();
    long length = (flags & LONG) == 0 ? in.readUnsignedByte() : in.readLong();
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new IOException("a part of " + length + " bytes");
    }
    return new Frame(flags, body(in, (int) length));
  }

  private static byte[] body(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("it has closed the connection");
    }
    return body;
  }

  /** Reads one message to its end. */
  private static String firstPart(DataInputStream in) throws IOException {
    Frame first = read(in);
    Frame next = first;
    for (int parts = 1; (next.flags & MORE) != 0; parts++) {
      if (parts == MAX_PARTS) {
        throw new IOException("a message of more than " + MAX_PARTS + " parts");
      }
      next = read(in);
    }
    return (first.flags & COMMAND) == 0 ? first.text() : "";
  }

  @Override
  public void close() {
    closed = true;
    Socket open = socket;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.debug("closing", e);
      }
    }
    thread.interrupt();
  }
}
