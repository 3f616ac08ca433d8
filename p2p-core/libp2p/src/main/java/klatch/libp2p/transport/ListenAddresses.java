package klatch.libp2p.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;
import klatch.libp2p.Multiaddr;

/** The addresses under which others reach a bound socket: a wildcard stands for every address of the machine. */
public final class ListenAddresses {
  private ListenAddresses() {
  }

  /** Of the wildcard's own family, loopback last, link-local ones left out because they mean nothing without a scope. */
  public static List<Multiaddr> of(InetSocketAddress bound) throws SocketException {
    if (!bound.getAddress().isAnyLocalAddress()) {
      return List.of(Multiaddr.tcp(bound));
    }
    boolean four = bound.getAddress() instanceof Inet4Address;
    return NetworkInterface.networkInterfaces().filter(ListenAddresses::isUp).flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address == four && !address.isLinkLocalAddress())
        .sorted(Comparator.comparing(InetAddress::isLoopbackAddress))
        .map(address -> Multiaddr.tcp(new InetSocketAddress(address, bound.getPort()))).toList();
  }

  private static boolean isUp(NetworkInterface networkInterface) {
    try {
      return networkInterface.isUp();
    } catch (SocketException e) {
      // It went away while we looked.
      return false;
    }
  }
}
