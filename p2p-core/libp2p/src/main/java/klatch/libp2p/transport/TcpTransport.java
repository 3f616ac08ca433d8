package klatch.libp2p.transport;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import klatch.libp2p.Multiaddr;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plain TCP: {@code /ip4|ip6|dns|dns4|dns6/…/tcp/…}. */
public final class TcpTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);
  private static final int ACCEPT_BACKLOG = 1024;
  /** Pause after a failure to accept, most likely for want of file descriptors. */
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  @Override
  public boolean canDial(Multiaddr address) {
    return address.isTcp();
  }

  @Override
  public RawConnection dial(Multiaddr address, Duration timeout, Consumer<RawConnection> opened) throws IOException {
    RawConnection connection = connect(address.toSocketAddress(), timeout);
    opened.accept(connection);
    return connection;
  }

  /** Reaches a socket address; for transports on top of TCP. */
  public static RawConnection connect(InetSocketAddress target, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(target, (int) timeout.toMillis());
      return SocketConnection.of(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public boolean canListen(Multiaddr address) {
    return address.isTcp();
  }

  @Override
  public Listener listen(Multiaddr address, Acceptor acceptor) throws IOException {
    return Port.open(address.toSocketAddress(), acceptor, acceptor::accepted);
  }

  /** Listens on a socket address; for transports on top of TCP. {@code accepted} must not block. */
  public static Listener listen(InetSocketAddress wanted, Acceptor acceptor, Consumer<RawConnection> accepted)
      throws IOException {
    return Port.open(wanted, acceptor, accepted);
  }

  /** A bound port with a thread that accepts. */
  private record Port(ServerSocketChannel server, List<Multiaddr> addresses) implements Listener {
    static Port open(InetSocketAddress wanted, Acceptor acceptor, Consumer<RawConnection> accepted)
        throws IOException {
      boolean six = wanted.getAddress() instanceof Inet6Address;
      ServerSocketChannel server = ServerSocketChannel
          .open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
      try {
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        server.bind(wanted, ACCEPT_BACKLOG);
        // Only now, so that a port in use is noticed; a connection may later be made from this very port.
        if (server.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
          server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        Port port = new Port(server, ListenAddresses.of((InetSocketAddress) server.getLocalAddress()));
        acceptor.execute(() -> acceptAll(server, accepted));
        return port;
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
    }

    private static void acceptAll(ServerSocketChannel server, Consumer<RawConnection> accepted) {
      while (server.isOpen()) {
        try {
          SocketChannel channel = server.accept();
          take(channel, accepted);
        } catch (ClosedChannelException e) {
          return;
        } catch (IOException e) {
          // Out of file descriptors, most likely: those in use come free, and a pause keeps this from spinning.
          LOG.warn("cannot accept a connection: {}", e.getMessage());
          LockSupport.parkNanos(ACCEPT_PAUSE.toNanos());
        }
      }
    }

    private static void take(SocketChannel channel, Consumer<RawConnection> accepted) throws IOException {
      SocketConnection connection;
      try {
        connection = SocketConnection.of(channel);
      } catch (IOException e) {
        LOG.debug("gone before it was accepted: {}", e.getMessage());
        channel.close();
        return;
      }
      accepted.accept(connection);
    }

    @Override
    public void close() {
      try {
        server.close();
      } catch (IOException e) {
        LOG.debug("closing a port: {}", e.getMessage());
      }
    }
  }
}
