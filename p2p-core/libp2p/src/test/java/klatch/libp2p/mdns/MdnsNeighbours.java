package klatch.libp2p.mdns;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;

/** Hosts that look for each other on the loopback interface, run by {@link MdnsIT} in a namespace; ends with 0 if they have met. */
final class MdnsNeighbours {
  private static final int FLOOD_PACKETS = 5_000;
  private static final int MDNS_PORT = 5353;

  private MdnsNeighbours() {
  }

  public static void main(String[] args) throws Exception {
    NetworkInterface loopback = NetworkInterface.getByName("lo");
    MdnsOptions options = MdnsOptions.on(loopback).tellLoopback(true).queryInterval(Duration.ofMillis(500));
    try (Host first = host();
        Host second = host();
        Host third = host();
        Mdns one = meet(first, second, options, "first found second");
        Mdns two = meet(second, first, options, "second found first")) {
      if (!BOTH.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("found only " + one.peers() + " and " + two.peers());
      }
      flood(loopback);
      CountDownLatch met = new CountDownLatch(1);
      try (Mdns three = Mdns.start(third, options, found -> {
        if (found.peer().equals(first.id()) && !found.addresses().isEmpty()) {
          met.countDown();
        }
      })) {
        if (!met.await(30, TimeUnit.SECONDS)) {
          throw new IllegalStateException("after the flood only " + three.peers());
        }
        System.out.println("after the flood, third");
      }
    }
    System.exit(0);
  }

  private static final CountDownLatch BOTH = new CountDownLatch(2);

  private static Host host() {
    return Host.create(HostOptions.of(Ed25519Key.generate()).listen("/ip4/127.0.0.1/tcp/0"));
  }

  private static Mdns meet(Host self, Host other, MdnsOptions options, String what) {
    return Mdns.start(self, options, found -> {
      if (found.peer().equals(self.id())) {
        throw new IllegalStateException("found itself");
      }
      if (found.peer().equals(other.id()) && found.addresses().contains(other.listenAddresses().getFirst())) {
        System.out.println(what);
        BOTH.countDown();
      }
    });
  }

  private static void flood(NetworkInterface loopback) throws Exception {
    Random random = new Random(3);
    InetAddress group = InetAddress.getByName("224.0.0.251");
    try (MulticastSocket socket = new MulticastSocket()) {
      socket.setNetworkInterface(loopback);
      for (int i = 0; i < FLOOD_PACKETS; i++) {
        byte[] bytes = new byte[random.nextInt(1, 600)];
        random.nextBytes(bytes);
        socket.send(new DatagramPacket(bytes, bytes.length, group, MDNS_PORT));
      }
    }
  }
}
