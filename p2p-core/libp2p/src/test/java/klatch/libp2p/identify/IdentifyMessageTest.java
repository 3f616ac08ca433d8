package klatch.libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerDescription;
import klatch.libp2p.PeerId;
import klatch.libp2p.Secp256k1Key;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import org.junit.jupiter.api.Test;

class IdentifyMessageTest {
  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static PeerDescription read(PeerId peer, byte[] bytes) throws IOException, MalformedMessageException {
    return IdentifyMessage.read(peer, new ByteArrayInputStream(bytes)).onto(peer, Optional.empty());
  }

  @Test
  void anIdentifyMessageIsTheGoldenBytesAndReadsBack() throws Exception {
    Ed25519Key key = Ed25519Key.fromSeed(hex("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"));
    List<Multiaddr> listen = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
    SignedEnvelope record = new PeerRecord(key.peerId(), 1_700_000_000_000L, listen).seal(key);
    byte[] message = IdentifyMessage.encode(new IdentifyMessage.Self(key.identity(), listen,
        List.of(Identify.PROTOCOL, Ping.PROTOCOL), "klatch/1", "klatch", record),
        Optional.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/9")));
    assertThat(hex(record.encode())).isEqualTo(GOLDEN_RECORD);
    String body = GOLDEN_IDENTIFY_START + "42" + hex(Varint.encode(GOLDEN_RECORD.length() / 2)) + GOLDEN_RECORD;
    assertThat(hex(message)).isEqualTo(hex(Varint.encode(body.length() / 2)) + body);

    PeerDescription peer = read(key.peerId(), message);
    assertThat(peer.envelope()).contains(record);
    assertThat(peer.listenAddresses()).isEqualTo(listen);
    assertThat(peer.protocols()).containsExactly(Identify.PROTOCOL, Ping.PROTOCOL);
    assertThat(peer.observedAddress()).contains(Multiaddr.parse("/ip4/127.0.0.1/tcp/9"));
    assertThat(peer.agentVersion()).isEqualTo("klatch");
    assertThat(peer.record()).contains(new PeerRecord(key.peerId(), 1_700_000_000_000L, listen));
  }

  private static final String PUBLIC_KEY = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
  private static final String GOLDEN_IDENTIFY_START = "0a24" + PUBLIC_KEY + "1208047f000001060fa1"
      + "1a0e2f697066732f69642f312e302e30"
      + "1a102f697066732f70696e672f312e302e30" + "2208047f000001060009" + "2a086b6c617463682f31" + "32066b6c61746368";
  private static final String GOLDEN_RECORD = "0a24" + PUBLIC_KEY + "12020301" + "1a3b" + "0a260024" + PUBLIC_KEY
      + "1080d095ffbc31"
      + "1a0a0a08047f000001060fa1"
      + "2a400d26d44601962d437ee89325fab3574fe541fe35b20e00192b76623d39d31e5ddeb7f669e9b3b88a3cc086496e909afdfd75b0b0c460abdadca1153747272603";

  @Test
  void aRecordSignedByAnotherOrTamperedWithIsLeftOutAndIdentifyGoesOn() throws Exception {
    Ed25519Key key = Ed25519Key.generate();
    Ed25519Key other = Ed25519Key.generate();
    List<Multiaddr> listen = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
    SignedEnvelope good = new PeerRecord(key.peerId(), 1, listen).seal(key);
    byte[] tampered = good.encode();
    tampered[tampered.length - 1] ^= 1;
    for (byte[] record : List.of(tampered, new PeerRecord(other.peerId(), 1, listen).seal(other).encode(),
        new PeerRecord(other.peerId(), 1, listen).seal(key).encode(),
        hex("0a00"), hex("ff"))) {
      byte[] message = new Protobuf.Writer().text(3, "/a").bytes(8, record).toByteArray();
      PeerDescription peer = read(key.peerId(), Bytes.join(Varint.encode(message.length), message));
      assertThat(peer.record()).isEmpty();
      assertThat(peer.protocols()).containsExactly("/a");
    }
    assertThat(PeerRecord.open(good).addresses()).isEqualTo(listen);
  }

  @Test
  void anIdentifyInTwoMessagesIsMergedAndAnAddressOutOfOrderIsSkipped() throws Exception {
    Ed25519Key key = Ed25519Key.generate();
    byte[] first = new Protobuf.Writer().text(3, "/a").bytes(2, hex("36")).text(6, "one").toByteArray();
    byte[] second = new Protobuf.Writer().text(3, "/b").bytes(2, hex("047f000001060fa1")).text(6, "two").number(99, 1)
        .toByteArray();
    PeerDescription peer = read(key.peerId(),
        Bytes.join(Varint.encode(first.length), first, Varint.encode(second.length), second));
    assertThat(peer.protocols()).containsExactly("/a", "/b");
    assertThat(peer.agentVersion()).isEqualTo("two");
    assertThat(peer.listenAddresses()).containsExactly(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
  }

  @Test
  void anIdentifyWithAForeignKeyOrNoMessageIsRefused() {
    Ed25519Key key = Ed25519Key.generate();
    byte[] foreign = new Protobuf.Writer().bytes(1, Ed25519Key.generate().identity().encode()).toByteArray();
    assertThatThrownBy(
        () -> read(key.peerId(), Bytes.join(Varint.encode(foreign.length), foreign)))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("not the peer's");
    assertThatThrownBy(() -> read(key.peerId(), new byte[0]))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> read(key.peerId(), hex("ff7f00")))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 8192");
  }

  @Test
  void whatDoesNotFitOneMessageIsSplitAndNoneIsLargerThanTheStrictestPeerTakes() throws Exception {
    Ed25519Key key = Ed25519Key.generate();
    List<Multiaddr> listen = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
    List<String> protocols = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      protocols.add("/some/rather/long/name/of/a/protocol/" + i);
    }
    byte[] bytes = IdentifyMessage.encode(new IdentifyMessage.Self(key.identity(), listen, protocols, "v", "a",
        new PeerRecord(key.peerId(), 1, listen).seal(key)), Optional.empty());
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    int messages = 0;
    while (in.available() > 0) {
      int length = Varint.readLength(in, IdentifyMessage.MAX_OWN_MESSAGE_BYTES);
      assertThat(in.readNBytes(length)).hasSize(length);
      messages++;
    }
    assertThat(messages).isEqualTo(3);
    PeerDescription peer = read(key.peerId(), bytes);
    assertThat(peer.protocols()).isEqualTo(protocols);
    assertThat(peer.record()).isPresent();
  }

  @Test
  void aPushLeavesWhatItDoesNotSayAsItWas() throws Exception {
    PeerId peer = Ed25519Key.generate().peerId();
    byte[] first = new Protobuf.Writer().text(3, "/a").bytes(2, hex("047f000001060fa1")).text(6, "one").toByteArray();
    PeerDescription before = read(peer, Bytes.join(Varint.encode(first.length), first));
    byte[] push = new Protobuf.Writer().text(3, "/b").toByteArray();
    PeerDescription after = IdentifyMessage
        .read(peer, new ByteArrayInputStream(Bytes.join(Varint.encode(push.length), push)))
        .onto(peer, Optional.of(before));
    assertThat(after.protocols()).containsExactly("/b");
    assertThat(after.agentVersion()).isEqualTo("one");
    assertThat(after.listenAddresses()).isEqualTo(before.listenAddresses());
  }

  @Test
  void aRecordInTheFormOfTheRfcVerifiesToo() throws Exception {
    Secp256k1Key key = Secp256k1Key.generate();
    byte[] payload = new Protobuf.Writer().bytes(1, key.peerId().bytes()).number(2, 7)
        .bytes(3, new Protobuf.Writer().bytes(1, hex("047f000001060fa1")).toByteArray())
        .bytes(3, new Protobuf.Writer().bytes(1, hex("36")).toByteArray()).toByteArray();
    byte[] type = "/libp2p/routing-state-record".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    SignedEnvelope envelope = SignedEnvelope.seal(key, "libp2p-routing-state", type, payload);
    PeerRecord record = PeerRecord.open(SignedEnvelope.decode(envelope.encode()));
    assertThat(record.sequence()).isEqualTo(7);
    assertThat(record.addresses()).containsExactly(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
    // Signed for the one domain, it is worth nothing in the other.
    SignedEnvelope mixed = SignedEnvelope.seal(key, "libp2p-peer-record", type, payload);
    assertThatThrownBy(() -> PeerRecord.open(mixed)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("does not verify");
  }

  @Test
  void anEnvelopeIsOpenedOnlyForItsDomainAndType() throws Exception {
    Ed25519Key key = Ed25519Key.generate();
    SignedEnvelope envelope = SignedEnvelope.seal(key, "a", new byte[]{1}, new byte[]{2, 3});
    assertThat(SignedEnvelope.open(envelope.encode(), "a", new byte[]{1}).payload()).containsExactly(2, 3);
    assertThat(SignedEnvelope.decode(envelope.encode()).signer()).isEqualTo(key.identity());
    assertThatThrownBy(() -> SignedEnvelope.open(envelope.encode(), "b", new byte[]{1}))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> SignedEnvelope.open(envelope.encode(), "a", new byte[]{2}))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("payload type of 1 bytes");
    assertThatThrownBy(() -> SignedEnvelope.decode(new byte[SignedEnvelope.MAX_BYTES + 1]))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most");
  }
}
