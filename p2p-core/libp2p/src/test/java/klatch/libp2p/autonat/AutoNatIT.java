package klatch.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.libp2p.Connection;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.Host;
import klatch.libp2p.HostOptions;
import klatch.libp2p.Libp2pException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.Stream;
import klatch.libp2p.StreamHandler;
import klatch.libp2p.protocol.Frames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AutoNatIT {
  private static final AutoNatOptions LOOPBACK = AutoNatOptions.DEFAULT.mayDial(InetAddress::isLoopbackAddress);
  private final List<Host> hosts = new ArrayList<>();
  private final List<AutoNatServer> servers = new ArrayList<>();

  private Host host(String... listen) {
    Host host = Host.create(HostOptions.of(Ed25519Key.generate()).listen(listen));
    hosts.add(host);
    return host;
  }

  private Host server(AutoNatOptions options) {
    Host host = host("/ip4/127.0.0.1/tcp/0");
    servers.add(AutoNatServer.serve(host, options));
    return host;
  }

  /** One whose dial-request handler does as it likes. */
  private Host liar(StreamHandler handler) {
    Host host = host("/ip4/127.0.0.1/tcp/0");
    host.handle(AutoNat.PROTOCOL, handler);
    return host;
  }

  private static Connection connect(Host from, Host to) {
    return from.connect(to.listenAddresses().getFirst());
  }

  @AfterEach
  void stop() {
    servers.forEach(AutoNatServer::close);
    hosts.forEach(Host::close);
  }

  private static Multiaddr closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + socket.getLocalPort());
    }
  }

  @Test
  void anAddressThatIsListenedOnIsReachableAndOneThatIsNotIsNot() throws Exception {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Connection server = connect(client, server(LOOPBACK));
    Multiaddr good = client.listenAddresses().getFirst().withoutPeer();
    assertThat(autoNat.check(server, client.listenAddresses())).isEqualTo(new AutoNat.Finding.Reachable(good));
    Multiaddr closed = closedPort();
    assertThat(autoNat.check(server, List.of(closed, good))).as("exactly one is dialled")
        .isEqualTo(new AutoNat.Finding.Unreachable(closed));
  }

  @Test
  void somebodyElsesAddressIsNotOurs() {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    Host other = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Multiaddr theirs = other.listenAddresses().getFirst().withoutPeer();
    assertThat(autoNat.check(connect(client, server(LOOPBACK)), List.of(theirs)))
        .isEqualTo(new AutoNat.Finding.Unreachable(theirs));
  }

  @Test
  void aServerDialsNoPrivateAddressUnlessItIsTold() {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Connection server = connect(client, server(AutoNatOptions.DEFAULT));
    assertThat(autoNat.check(server, client.listenAddresses()))
        .isEqualTo(new AutoNat.Finding.Unknown("the server dials none of these addresses"));
  }

  @Test
  void anotherIpAddressCostsThirtyToAHundredKilobytesFirst() throws Exception {
    Host client = host("/ip4/127.0.0.2/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Connection server = connect(client, server(LOOPBACK));
    Multiaddr elsewhere = client.listenAddresses().getFirst().withoutPeer();
    assertThat(autoNat.check(server, List.of(elsewhere))).isEqualTo(new AutoNat.Finding.Reachable(elsewhere));

    AtomicInteger dialled = new AtomicInteger();
    client.handle(DialBack.PROTOCOL, stream -> dialled.incrementAndGet());
    try (Stream stream = server.open(AutoNat.PROTOCOL)) {
      stream.timeout(Duration.ofSeconds(5));
      Frames.write(stream.output(), new DialMessage.Request(List.of(elsewhere), 7).encode());
      DialMessage asked = DialMessage.decode(Frames.read(stream.input(), DialMessage.MAX_BYTES));
      assertThat(asked).isInstanceOfSatisfying(DialMessage.DataRequest.class,
          data -> assertThat(data.bytes()).isBetween(30_000L, 100_000L));
      Frames.write(stream.output(), new DialMessage.Data(new byte[4096]).encode());
      stream.closeWrite();
      assertThatThrownBy(() -> Frames.read(stream.input(), DialMessage.MAX_BYTES)).isInstanceOf(IOException.class);
    }
    assertThat(dialled).as("whoever does not pay is not served").hasValue(0);
  }

  @Test
  void payingInCrumbsOrInLumpsIsRefused() throws Exception {
    Host client = host("/ip4/127.0.0.2/tcp/0");
    Connection server = connect(client, server(LOOPBACK));
    Multiaddr elsewhere = client.listenAddresses().getFirst().withoutPeer();
    for (int piece : List.of(1, 5000)) {
      try (Stream stream = server.open(AutoNat.PROTOCOL)) {
        stream.timeout(Duration.ofSeconds(5));
        Frames.write(stream.output(), new DialMessage.Request(List.of(elsewhere), 7).encode());
        Frames.read(stream.input(), DialMessage.MAX_BYTES);
        Frames.write(stream.output(), new DialMessage.Data(new byte[piece]).encode());
        assertThatThrownBy(() -> Frames.read(stream.input(), DialMessage.MAX_BYTES)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void whoAsksTooOftenIsRejected() {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Connection server = connect(client, server(LOOPBACK.requests(2, Duration.ofHours(1))));
    for (int i = 0; i < 2; i++) {
      assertThat(autoNat.check(server, client.listenAddresses())).isInstanceOf(AutoNat.Finding.Reachable.class);
    }
    assertThat(autoNat.check(server, client.listenAddresses()))
        .isEqualTo(new AutoNat.Finding.Unknown("the server serves no more for now"));
  }

  @Test
  void aServerThatOnlySaysSoIsNotBelieved() {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    Host liar = liar(stream -> {
      Frames.read(stream.input(), DialMessage.MAX_BYTES);
      Frames.write(stream.output(), new DialMessage.Response(DialMessage.OK, 0, DialMessage.OK).encode());
    });
    assertThat(autoNat.check(connect(client, liar), client.listenAddresses()))
        .isEqualTo(new AutoNat.Finding.Unknown("the server says it has dialled, but its nonce never came"));
  }

  @Test
  void aServerThatWantsTooMuchOrAnswersNonsenseIsLeft() {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat autoNat = AutoNat.start(client);
    List<DialMessage> answers = List.of(new DialMessage.DataRequest(0, 10_000_000),
        new DialMessage.DataRequest(9, 30_000), new DialMessage.Response(DialMessage.OK, 9, DialMessage.OK),
        new DialMessage.Data(new byte[1]));
    for (DialMessage answer : answers) {
      Host liar = liar(stream -> {
        Frames.read(stream.input(), DialMessage.MAX_BYTES);
        Frames.write(stream.output(), answer.encode());
      });
      Connection connection = connect(client, liar);
      assertThatThrownBy(() -> autoNat.check(connection, client.listenAddresses()))
          .isInstanceOf(Libp2pException.class);
    }
  }

  @Test
  void aNonceThatNobodyAskedForIsRefused() throws Exception {
    Host client = host("/ip4/127.0.0.1/tcp/0");
    AutoNat.start(client);
    Host stranger = host();
    try (Stream stream = connect(stranger, client).open(DialBack.PROTOCOL)) {
      stream.timeout(Duration.ofSeconds(5));
      Frames.write(stream.output(), DialBack.encode(5));
      assertThatThrownBy(() -> Frames.read(stream.input(), DialBack.MAX_BYTES)).isInstanceOf(IOException.class);
    }
  }
}
