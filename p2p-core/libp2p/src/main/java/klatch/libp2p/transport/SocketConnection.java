package klatch.libp2p.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Multiaddr;

/** A TCP connection. */
public final class SocketConnection implements RawConnection {
  /** After our last byte the peer gets this long to close first, so that its unread bytes do not cost it our goodbye. */
  private static final int LINGER_MILLIS = 50;
  private static final int DISCARD_BYTES = 2 * 1024;

  private final SocketChannel channel;
  private final InetSocketAddress remote;
  private final InetSocketAddress local;

  private SocketConnection(SocketChannel channel, InetSocketAddress remote, InetSocketAddress local) {
    this.channel = channel;
    this.remote = remote;
    this.local = local;
  }

  /** Takes a connected channel, in blocking mode. */
  public static SocketConnection of(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return new SocketConnection(channel, (InetSocketAddress) channel.getRemoteAddress(),
        (InetSocketAddress) channel.getLocalAddress());
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return channel.read(ByteBuffer.wrap(bytes, offset, length));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes, offset, length);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  @Override
  public void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public Multiaddr remoteAddress() {
    return Multiaddr.tcp(remote);
  }

  @Override
  public Multiaddr localAddress() {
    return Multiaddr.tcp(local);
  }

  @Override
  public Optional<InetAddress> remoteHost() {
    return Optional.of(remote.getAddress());
  }

  @Override
  public void closeGently() {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS);
    try (channel) {
      channel.shutdownOutput();
      InputStream rest = channel.socket().getInputStream();
      byte[] discarded = new byte[DISCARD_BYTES];
      long leftMillis = LINGER_MILLIS;
      while (leftMillis > 0) {
        channel.socket().setSoTimeout((int) leftMillis);
        if (rest.read(discarded) < 0) {
          return;
        }
        leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      }
    } catch (SocketTimeoutException e) {
      // It had its time.
    } catch (IOException e) {
      // Already gone.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to lose.
    }
  }

  @Override
  public String toString() {
    return remote.toString();
  }
}
