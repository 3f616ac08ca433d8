package klatch.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.protocol.IpGroup;
import klatch.libp2p.wire.Protobuf;
import org.junit.jupiter.api.Test;

class AutoNatTest {
  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static void assertGolden(DialMessage message, String golden) throws Exception {
    assertThat(HexFormat.of().formatHex(message.encode())).isEqualTo(golden);
    assertThat(DialMessage.decode(bytes(golden))).isEqualTo(message);
  }

  @Test
  void messagesAreTheGoldenBytesAndReadBack() throws Exception {
    assertGolden(new DialMessage.Request(List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/5")), 0x8807060504030201L),
        "0a13" + "0a080401020304060005" + "110102030405060788");
    assertGolden(new DialMessage.Response(DialMessage.OK, 1, DialMessage.DIAL_ERROR),
        "1207" + "08c801" + "1001" + "1864");
    assertGolden(new DialMessage.DataRequest(0, 30_000), "1a06" + "0800" + "10b0ea01");
    assertGolden(new DialMessage.Data(bytes("aabb")), "2204" + "0a02aabb");
    assertThat(DialBack.encode(1)).isEqualTo(bytes("090100000000000000"));
    assertThat(DialBack.nonce(bytes("0901000000000000ff"))).isEqualTo(0xff00000000000001L);
    assertThat(DialBack.ok()).isEqualTo(bytes("0800"));
    DialBack.requireOk(new byte[0]);
  }

  @Test
  void badMessagesAreRefused() {
    for (String bad : List.of("", "2a00", "0a040a020400", "0aff")) {
      assertThatThrownBy(() -> DialMessage.decode(bytes(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
    Protobuf.Writer many = new Protobuf.Writer();
    for (int i = 0; i <= DialMessage.MAX_ADDRESSES; i++) {
      many.bytes(1, bytes("0401020304060005"));
    }
    byte[] request = new Protobuf.Writer().bytes(1, many.toByteArray()).toByteArray();
    assertThatThrownBy(() -> DialMessage.decode(request)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("more than 50");
    assertThatThrownBy(() -> DialBack.nonce(bytes("1000"))).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> DialBack.requireOk(bytes("0801"))).isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void versionOneIsTheGoldenBytesAndItsAnswersAreUnderstood() throws Exception {
    PeerId peer = Ed25519Key.fromSeed(new byte[32]).peerId();
    Multiaddr address = Multiaddr.parse("/ip4/1.2.3.4/tcp/5");
    assertThat(HexFormat.of().formatHex(AutoNatV1.request(peer, List.of(address.withPeer(peer))))).isEqualTo(
        "0800" + "1234" + "0a32" + "0a26" + HexFormat.of().formatHex(peer.bytes()) + "1208" + "0401020304060005");
    assertThat(AutoNatV1.answer(bytes("0801" + "1a0c" + "0800" + "1a080401020304060005")))
        .isEqualTo(new AutoNatV1.Answer.Reachable(Optional.of(address)));
    assertThat(AutoNatV1.answer(bytes("0801" + "1a06" + "0864" + "12026e6f")))
        .isEqualTo(new AutoNatV1.Answer.Unreachable("no"));
    assertThat(AutoNatV1.answer(bytes("0801" + "1a02" + "0865"))).isEqualTo(new AutoNatV1.Answer.Refused(101, ""));
    for (String bad : List.of("", "0800", "0801", "08001a020800")) {
      assertThatThrownBy(() -> AutoNatV1.answer(bytes(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void fourNetworksMustAgreeAndOneWithManyNamesCannotDecide() throws Exception {
    Reachability reachability = new Reachability();
    Multiaddr address = Multiaddr.parse("/ip4/1.2.3.4/tcp/5");
    for (int i = 0; i < 10; i++) {
      reachability.add(address, IpGroup.of(InetAddress.getByName("9.9.9.9")), true);
    }
    assertThat(reachability.of(address)).isEqualTo(Reachability.Verdict.UNKNOWN);
    for (int i = 1; i <= 3; i++) {
      reachability.add(address, IpGroup.of(InetAddress.getByName("9.9.9." + i)), true);
    }
    assertThat(reachability.of(address)).isEqualTo(Reachability.Verdict.REACHABLE);
    assertThat(reachability.reachable()).containsExactly(address);
    for (int i = 1; i <= 4; i++) {
      reachability.add(address, IpGroup.of(InetAddress.getByName("8.8.8." + i)), false);
    }
    assertThat(reachability.of(address)).as("as many say no").isEqualTo(Reachability.Verdict.UNKNOWN);
    reachability.add(address, IpGroup.of(InetAddress.getByName("9.9.9.9")), false);
    assertThat(reachability.of(address)).as("one has changed its mind").isEqualTo(Reachability.Verdict.UNREACHABLE);
    for (int i = 0; i < 100; i++) {
      reachability.add(Multiaddr.parse("/ip4/1.2.3.4/tcp/" + (100 + i)),
          IpGroup.of(InetAddress.getByName("9.9.9.9")), true);
    }
    assertThat(reachability.of(address)).as("forgotten among so many").isEqualTo(Reachability.Verdict.UNKNOWN);
  }
}
