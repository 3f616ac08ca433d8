package klatch.libp2p.tls;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import klatch.libp2p.transport.LayeredConnection;
import klatch.libp2p.transport.RawConnection;

/**
 * A raw connection inside TLS. One thread reads, another may write; {@code writing} also covers what the reader has to answer, such as a new key.
 */
public final class TlsConnection extends LayeredConnection {
  /** Records put together into one write to the connection underneath. */
  private static final int MAX_RECORDS_PER_WRITE = 4;
  /** Plain bytes of one record (RFC 8446, section 5.1). */
  private static final int MAX_RECORD_PLAIN_BYTES = 16 * 1024;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SSLEngine engine;
  private final ReentrantLock writing = new ReentrantLock();
  private final byte[] incoming;
  private int incomingStart;
  private int incomingEnd;
  private final ByteBuffer plain;
  private final byte[] outgoing;
  private boolean ended;

  private TlsConnection(RawConnection raw, SSLEngine engine) {
    super(raw);
    this.engine = engine;
    int packet = engine.getSession().getPacketBufferSize();
    this.incoming = new byte[2 * packet];
    this.outgoing = new byte[packet];
    this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    this.plain.flip();
  }

  /** Does the handshake and gives the connection inside. */
  public static TlsConnection handshake(RawConnection raw, SSLEngine engine) throws IOException {
    TlsConnection connection = new TlsConnection(raw, engine);
    engine.beginHandshake();
    try {
      connection.handshake();
    } catch (SSLException e) {
      connection.tellAlert();
      throw e;
    }
    return connection;
  }

  private void handshake() throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> flush();
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          plain.clear();
          boolean open = unwrap();
          plain.flip();
          if (!open) {
            throw new EOFException("peer ended the connection in the TLS handshake");
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  private void runTasks() {
    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  /** A handshake that fails leaves an alert to be sent. */
  private void tellAlert() {
    try {
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        flush();
      }
    } catch (IOException e) {
      // The other side has gone as well.
    }
  }

  /** What was agreed on: certificates, cipher. */
  public SSLSession session() {
    return engine.getSession();
  }

  /** The protocol agreed on by ALPN; empty if none. */
  public String applicationProtocol() {
    String protocol = engine.getApplicationProtocol();
    return protocol == null ? "" : protocol;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (!plain.hasRemaining()) {
      plain.clear();
      boolean open = unwrap();
      plain.flip();
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        flush();
      }
      runTasks();
      if (!open && !plain.hasRemaining()) {
        return -1;
      }
    }
    int count = Math.min(length, plain.remaining());
    plain.get(bytes, offset, count);
    return count;
  }

  /** Takes one record apart, waiting for its bytes; false at the end. */
  private boolean unwrap() throws IOException {
    while (!ended) {
      ByteBuffer in = ByteBuffer.wrap(incoming, incomingStart, incomingEnd - incomingStart);
      SSLEngineResult result = engine.unwrap(in, plain);
      incomingStart = in.position();
      switch (result.getStatus()) {
        case OK -> {
          return true;
        }
        case CLOSED -> ended = true;
        case BUFFER_OVERFLOW -> throw new SSLException("TLS record larger than the session allows");
        case BUFFER_UNDERFLOW -> fill();
      }
    }
    return false;
  }

  private void fill() throws IOException {
    System.arraycopy(incoming, incomingStart, incoming, 0, incomingEnd - incomingStart);
    incomingEnd -= incomingStart;
    incomingStart = 0;
    if (incomingEnd == incoming.length) {
      throw new SSLException("TLS record of more than " + incoming.length + " bytes");
    }
    int count = under().read(incoming, incomingEnd, incoming.length - incomingEnd);
    if (count < 0) {
      ended = true;
    } else {
      incomingEnd += count;
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    writing.lock();
    try {
      ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
      while (source.hasRemaining()) {
        wrap(source);
      }
    } finally {
      writing.unlock();
    }
  }

  private void flush() throws IOException {
    writing.lock();
    try {
      wrap(NOTHING.duplicate());
    } finally {
      writing.unlock();
    }
  }

  /** Seals as many records as fit one write. Only under {@code writing}. */
  private void wrap(ByteBuffer source) throws IOException {
    // An idle connection keeps room for one record only.
    boolean several = source.remaining() > MAX_RECORD_PLAIN_BYTES;
    byte[] records = several ? new byte[MAX_RECORDS_PER_WRITE * outgoing.length] : outgoing;
    ByteBuffer out = ByteBuffer.wrap(records);
    do {
      SSLEngineResult result = engine.wrap(source, out);
      if (result.getStatus() == SSLEngineResult.Status.CLOSED && source.hasRemaining()) {
        throw new SSLException("TLS connection closed for writing");
      }
      if (result.getStatus() != SSLEngineResult.Status.OK) {
        break;
      }
    } while (source.hasRemaining() && out.remaining() >= outgoing.length);
    if (out.position() > 0) {
      under().write(records, 0, out.position());
    }
  }

  @Override
  public void endOutput() throws IOException {
    engine.closeOutbound();
    flush();
    super.endOutput();
  }
}
