package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.libp2p.identify.Identify;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a host does of itself: telling changes, remembering peers, keeping within its limits. */
@Timeout(40)
class HostPolicyIT {
  private static Libp2pHost dialler() {
    return Libp2pHost.create(HostOptions.of(Ed25519Key.generate()));
  }

  @Test
  void aConnectedPeerHearsOfNewProtocolsAndAddresses() throws Exception {
    try (HostPair hosts = HostPair.start()) {
      List<Connection> told = new CopyOnWriteArrayList<>();
      hosts.client().onIdentify(told::add);
      Connection connection = hosts.connect();
      await().until(() -> told.size() == 1);
      await().until(() -> hosts.server().connection(hosts.client().id()).flatMap(Connection::description).isPresent());
      hosts.server().handle("/test/new/1", Echo::answer);
      hosts.server().announce(Multiaddr.parse("/ip4/203.0.113.7/tcp/4001"));
      await().until(() -> told.size() == 2);
      PeerDescription description = connection.description().orElseThrow();
      assertThat(description.protocols()).contains("/test/new/1", Identify.PUSH_PROTOCOL);
      assertThat(description.record().orElseThrow().addresses())
          .contains(Multiaddr.parse("/ip4/203.0.113.7/tcp/4001"));
      assertThat(hosts.client().peerstore().protocols(hosts.server().id())).contains("/test/new/1");
      assertThat(hosts.client().peerstore().signedRecord(hosts.server().id())).isEqualTo(description.envelope());
    }
  }

  @Test
  void aHostFindsAPeerAgainAfterARestart(@TempDir Path folder) throws Exception {
    HostOptions options = HostOptions.of(Ed25519Key.generate()).peerstoreFile(folder.resolve("peers"));
    try (Libp2pHost server = Libp2pHost.create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK))) {
      try (Libp2pHost client = Libp2pHost.create(options)) {
        client.connect(server.listenAddresses().getFirst());
      }
      try (Libp2pHost again = Libp2pHost.create(options)) {
        assertThat(again.connect(server.id()).remotePeer()).isEqualTo(server.id());
        assertThatThrownBy(() -> again.connect(Ed25519Key.generate().peerId())).isInstanceOf(DialException.class)
            .hasMessageContaining("no address");
      }
    }
  }

  @Test
  void pastTheHighWaterMarkTheLeastValuedUnprotectedConnectionsAreClosed() throws Exception {
    Limits limits = Limits.DEFAULT.withPruning(new Limits.Pruning(6, 3, Duration.ZERO));
    List<Libp2pHost> clients = new ArrayList<>();
    try (Libp2pHost server = Libp2pHost
        .create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK).limits(limits))) {
      List<Connection> ended = new CopyOnWriteArrayList<>();
      server.onDisconnection(ended::add);
      for (int i = 0; i < 7; i++) {
        Libp2pHost client = dialler();
        clients.add(client);
        if (i == 0) {
          server.tags().protect(client.id(), "friend");
        } else if (i <= 2) {
          server.tags().tag(client.id(), "useful", 10 * i);
        }
        client.connect(server.listenAddresses().getFirst());
        await().until(() -> server.connection(client.id()).isPresent() || !ended.isEmpty());
      }
      await().untilAsserted(() -> assertThat(server.connections()).hasSize(3));
      assertThat(server.connections()).extracting(Connection::remotePeer).contains(clients.get(0).id(),
          clients.get(1).id(), clients.get(2).id());
      assertThat(ended).allSatisfy(c -> assertThat(c.closeReason().orElse("")).contains("to make room"));
    } finally {
      clients.forEach(Libp2pHost::close);
    }
  }

  @Test
  void anAddressThatConnectsTooOftenOrTooMuchIsRefused() throws Exception {
    Limits often = Limits.DEFAULT.withAdmission(new Limits.Admission(100, 3, 1, false));
    assertRefusesTheFourth(often, "more than 3 connections and then 1 a second from 127.0.0.1");
    Limits much = Limits.DEFAULT.withAdmission(new Limits.Admission(3, 100, 100, false));
    assertRefusesTheFourth(much, "already 3 connections from 127.0.0.1");
  }

  private static void assertRefusesTheFourth(Limits limits, String reason) {
    List<Libp2pHost> clients = new ArrayList<>();
    try (Libp2pHost server = Libp2pHost
        .create(HostOptions.of(Ed25519Key.generate()).listen(HostPair.LOOPBACK).limits(limits))) {
      for (int i = 0; i < 3; i++) {
        clients.add(dialler());
        clients.get(i).connect(server.listenAddresses().getFirst());
        int expected = i + 1;
        await().until(() -> server.connections().size() == expected);
      }
      clients.add(dialler());
      assertThatThrownBy(() -> clients.get(3).connect(server.listenAddresses().getFirst()))
          .isInstanceOf(DialException.class);
      await().untilAsserted(() -> assertThat(server.recentRefusals()).anyMatch(r -> r.contains(reason)));
    } finally {
      clients.forEach(Libp2pHost::close);
    }
  }
}
