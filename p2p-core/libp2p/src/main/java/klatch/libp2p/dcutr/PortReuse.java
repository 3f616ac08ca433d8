package klatch.libp2p.dcutr;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import klatch.libp2p.Host;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.transport.RawConnection;
import klatch.libp2p.transport.SocketConnection;
import klatch.libp2p.transport.Transport;

/**
 * Dials over TCP from the very port the host listens on, so that the address others see us at is the one they can punch through to. Where
 * that cannot be, because the system has no SO_REUSEPORT or a connection between the same two ends is still fading, any port will do.
 */
final class PortReuse implements Transport {
  private final Host host;

  PortReuse(Host host) {
    this.host = host;
  }

  @Override
  public boolean canDial(Multiaddr address) {
    return address.isTcp() && listenPort(address).isPresent();
  }

  @Override
  public RawConnection dial(Multiaddr address, Duration timeout, Consumer<RawConnection> opened) throws IOException {
    InetSocketAddress target = address.toSocketAddress();
    RawConnection connection;
    try {
      connection = connect(target, listenPort(address).orElse(0), timeout);
    } catch (java.net.BindException | UnsupportedOperationException e) {
      connection = connect(target, 0, timeout);
    }
    opened.accept(connection);
    return connection;
  }

  /** The port we listen on over the same family of addresses. */
  private Optional<Integer> listenPort(Multiaddr address) {
    for (Multiaddr own : host.listenAddresses()) {
      boolean sameFamily = own.isTcp()
          && own.components().getFirst().protocol() == address.components().getFirst().protocol();
      if (sameFamily) {
        byte[] port = own.components().get(1).value();
        return Optional.of((port[0] & 0xff) << 8 | (port[1] & 0xff));
      }
    }
    return Optional.empty();
  }

  private static RawConnection connect(InetSocketAddress target, int localPort, Duration timeout) throws IOException {
    boolean six = target.getAddress() instanceof Inet6Address;
    SocketChannel channel = SocketChannel.open(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    try {
      if (localPort > 0) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        channel.bind(new InetSocketAddress(localPort));
      }
      channel.socket().connect(target, (int) timeout.toMillis());
      return SocketConnection.of(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
