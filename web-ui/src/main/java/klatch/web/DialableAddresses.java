package klatch.web;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import klatch.libp2p.Host;
import klatch.libp2p.Multiaddr;

/** Where others can dial a host: "every address of this machine" is written out, those of the local network first. */
public final class DialableAddresses {
  private DialableAddresses() {}

  /** The host's listen addresses without wildcards, the peer id at the end of each. */
  public static List<Multiaddr> of(Host host) {
    return host.listenAddresses().stream().filter(Multiaddr::isTcp).flatMap(address -> expand(address, host).stream())
        .distinct().toList();
  }

  private static List<Multiaddr> expand(Multiaddr address, Host host) {
    InetSocketAddress socket;
    try {
      socket = address.toSocketAddress();
    } catch (UnknownHostException e) {
      return List.of(address);
    }
    if (!socket.getAddress().isAnyLocalAddress()) {
      return List.of(address);
    }
    // An IPv6 wildcard takes IPv4 connections too, and is what a socket on 0.0.0.0 reports itself to be.
    boolean onlyFour = socket.getAddress() instanceof Inet4Address;
    return machineAddresses().stream().filter(own -> own instanceof Inet4Address || !onlyFour)
        .map(own -> Multiaddr.tcp(new InetSocketAddress(own, socket.getPort())).withPeer(host.id())).toList();
  }

  /** Link-local addresses are left out: they mean nothing without the name of an interface. */
  private static List<InetAddress> machineAddresses() {
    var found = new ArrayList<InetAddress>();
    try {
      for (var network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (network.isUp()) {
          found.addAll(Collections.list(network.getInetAddresses()));
        }
      }
    } catch (SocketException e) {
      return List.of(InetAddress.getLoopbackAddress());
    }
    found.removeIf(InetAddress::isLinkLocalAddress);
    found.sort(Comparator.comparing(InetAddress::isLoopbackAddress).thenComparing(Inet6Address.class::isInstance));
    return found;
  }
}
