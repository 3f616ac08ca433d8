package klatch.libp2p.dcutr;

import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.relay.CircuitRelay;
import klatch.libp2p.relay.RelayClient;
import klatch.libp2p.relay.RelayLimits;

/** One of the three in {@link DcutrNatIT}; they tell each other their addresses through pipes. */
final class DcutrPeer {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int KNOCK_MILLIS = 500;

  private DcutrPeer() {
  }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "relay" -> relay(Path.of(args[1]));
      case "hidden" -> hidden(Path.of(args[1]), Path.of(args[2]));
      default -> dialler(Path.of(args[1]));
    }
  }

  private static Host host(String listen) {
    return Host.create(HostOptions.of(Ed25519Key.generate()).listen(listen));
  }

  private static Host punching() {
    Host host = host("/ip4/0.0.0.0/tcp/4001");
    Dcutr.start(host);
    return host;
  }

  private static Multiaddr read(Path pipe) throws Exception {
    return Multiaddr.parse(Files.readString(pipe).strip());
  }

  private static void relay(Path pipe) throws Exception {
    Host host = host("/ip4/192.0.2.1/tcp/4001");
    CircuitRelay.serve(host, RelayLimits.DEFAULT);
    Files.writeString(pipe, host.listenAddresses().getFirst().toString());
    Thread.currentThread().join();
  }

  private static void hidden(Path relay, Path pipe) throws Exception {
    Host host = punching();
    Multiaddr address = RelayClient.start(host).reserve(read(relay)).addresses().getFirst();
    Files.writeString(pipe, address.toString());
    Thread.currentThread().join();
  }

  private static void dialler(Path pipe) throws Exception {
    Host host = punching();
    RelayClient.start(host);
    Connection relayed = host.connect(read(pipe));
    System.out.println("relayed through " + relayed.remoteAddress());
    requireClosed("198.51.100.2", 4001);
    await().atMost(PATIENCE).until(() -> direct(host, relayed).isPresent());
    Connection direct = direct(host, relayed).orElseThrow();
    System.out.println("direct to " + direct.remoteAddress() + ", " + Ping.roundTrip(direct));
    System.exit(0);
  }

  /** From a port that nobody inside has been told of, the other NAT lets nothing in. */
  private static void requireClosed(String host, int port) throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), KNOCK_MILLIS);
      throw new IllegalStateException("the NAT is open");
    } catch (SocketTimeoutException e) {
      System.out.println("the NAT is closed");
    }
  }

  private static Optional<Connection> direct(Host host, Connection relayed) {
    return host.connection(relayed.remotePeer()).filter(open -> !open.limited());
  }
}
