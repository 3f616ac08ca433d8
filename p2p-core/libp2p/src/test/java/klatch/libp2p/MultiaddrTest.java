package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MultiaddrTest {
  private static final String ID = "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq";
  private static final String ID_BYTES = "0024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void textAndBytesAreTheKnownOnes() throws Exception {
    Map<String, String> known = Map.ofEntries(Map.entry("/ip4/127.0.0.1/tcp/4001", "047f000001060fa1"),
        Map.entry("/ip4/1.2.3.4/udp/4001/quic-v1", "040102030491020fa1cd03"),
        Map.entry("/ip6/::1/tcp/1", "2900000000000000000000000000000001060001"),
        Map.entry("/dns4/example.org/tcp/443/wss", "360b6578616d706c652e6f72670601bbde03"),
        Map.entry("/ip4/127.0.0.1/tcp/4001/p2p/" + ID, "047f000001060fa1a50326" + ID_BYTES),
        Map.entry("/ip4/127.0.0.1/tcp/4001/p2p/" + ID + "/p2p-circuit", "047f000001060fa1a50326" + ID_BYTES + "a202"),
        Map.entry("/memory/77", "8906000000000000004d"), Map.entry("/unix/run/x.sock", "90030a72756e2f782e736f636b"),
        Map.entry("/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ",
            "d203221220241f96b80cf18a52e3818d8c340a0c23bdc24224c0f62bfd5a96e291feda5ebd"));
    known.forEach((text, bytes) -> {
      try {
        assertThat(HexFormat.of().formatHex(Multiaddr.parse(text).bytes())).as(text).isEqualTo(bytes);
        assertThat(Multiaddr.fromBytes(hex(bytes))).as(text).hasToString(text).isEqualTo(Multiaddr.parse(text));
      } catch (MalformedMessageException e) {
        throw new AssertionError(text, e);
      }
    });
  }

  @Test
  void ipv6IsPrintedInItsShortForm() throws Exception {
    for (String text : List.of("::", "::1", "fe80::1:2", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "1::2:0:0:3",
        "::ffff:102:304")) {
      assertThat(Multiaddr.parse("/ip6/" + text)).hasToString("/ip6/" + text);
    }
    assertThat(Multiaddr.parse("/ip6/0:0:1:0:0:0:0:2")).hasToString("/ip6/0:0:1::2");
    assertThat(Multiaddr.parse("/ip6/::ffff:1.2.3.4")).hasToString("/ip6/::ffff:102:304");
  }

  @Test
  void peersAreAddedAndTakenOff() throws Exception {
    Multiaddr bare = Multiaddr.parse("/ip4/10.0.0.1/tcp/1");
    PeerId id = PeerId.parse(ID);
    assertThat(bare.peer()).isEmpty();
    assertThat(bare.withPeer(id).peer()).contains(id);
    assertThat(bare.withPeer(id)).hasToString("/ip4/10.0.0.1/tcp/1/p2p/" + ID);
    assertThat(bare.withPeer(id).withoutPeer()).isEqualTo(bare);
    assertThat(Multiaddr.parse("/ip4/10.0.0.1/tcp/1/ipfs/" + ID)).isEqualTo(bare.withPeer(id));
  }

  @Test
  void onlyPlainTcpAddressesAreDialled() throws Exception {
    assertThat(Multiaddr.parse("/ip4/10.0.0.1/tcp/4001").toSocketAddress())
        .isEqualTo(new InetSocketAddress("10.0.0.1", 4001));
    assertThat(Multiaddr.tcp(new InetSocketAddress("10.0.0.1", 4001))).hasToString("/ip4/10.0.0.1/tcp/4001");
    assertThat(Multiaddr.parse("/dns/localhost/tcp/1").toSocketAddress().getAddress().isLoopbackAddress()).isTrue();
    assertThat(Multiaddr.parse("/ip6/::1/tcp/80/p2p/" + ID).isTcp()).isTrue();
    for (String text : List.of("/ip4/1.2.3.4/udp/1", "/ip4/1.2.3.4/tcp/1/ws", "/ip4/1.2.3.4", "/p2p/" + ID,
        "/dns/a/tcp/1/tls/ws",
        "/ip4/1.2.3.4/tcp/1/p2p/" + ID + "/p2p-circuit/p2p/" + ID)) {
      assertThat(Multiaddr.parse(text).isTcp()).as(text).isFalse();
    }
  }

  @Test
  void anUnknownComponentKeepsItsTailAsItIs() throws Exception {
    byte[] strange = hex("047f000001060fa1" + "ffff03" + "0102");
    Multiaddr address = Multiaddr.fromBytes(strange);
    assertThat(address.bytes()).isEqualTo(strange);
    assertThat(address.isTcp()).isFalse();
    assertThat(address).hasToString("/ip4/127.0.0.1/tcp/4001/?ffff030102");
  }

  @Test
  void whatIsNotAnAddressIsRefused() {
    for (String text : List.of("", "/", "ip4/1.2.3.4", "/ip4", "/ip4/", "/ip4/1.2.3", "/ip4/1.2.3.256/tcp/1",
        "/ip4/example.org/tcp/1", "/tcp/65536",
        "/tcp/-1", "/tcp/1a", "/nonsense/1", "/p2p/zzz", "/ip6/1.2.3.4", "/ip6/fe80::1%eth0", "/ip6/:::", "/ip4/::1",
        "//", "/dns4//tcp/1",
        "/ip4/1.2.3.4//tcp/1", "/memory/x",
        "/" + "x".repeat(5000))) {
      assertThatThrownBy(() -> Multiaddr.parse(text)).as(text).isInstanceOf(MalformedMessageException.class);
    }
    for (String bytes : List.of("", "047f0000", "06", "36", "3605616263", "36ffffffffffffffff7f", "a50300", "80",
        "3600", "3603612f62")) {
      assertThatThrownBy(() -> Multiaddr.fromBytes(hex(bytes))).as(bytes).isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> Multiaddr.fromBytes(new byte[Multiaddr.MAX_BYTES + 1]))
        .isInstanceOf(MalformedMessageException.class);
  }
}
