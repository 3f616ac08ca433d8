package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.identify.Identify;
import klatch.libp2p.identify.PeerRecord;
import klatch.libp2p.identify.Ping;
import klatch.libp2p.wire.Bytes;
import klatch.libp2p.wire.Protobuf;
import klatch.libp2p.wire.Varint;
import klatch.libp2p.yamux.YamuxFrame;
import org.junit.jupiter.api.Test;

class EncodingTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void varintsAreTheKnownBytes() throws Exception {
    // The examples of the unsigned-varint specification, and the ends of the range.
    for (Object[] known : List.of(new Object[]{1L, "01"}, new Object[]{127L, "7f"}, new Object[]{128L, "8001"},
        new Object[]{255L, "ff01"},
        new Object[]{300L, "ac02"}, new Object[]{16384L, "808001"}, new Object[]{0L, "00"},
        new Object[]{Long.MAX_VALUE, "ffffffffffffffff7f"})) {
      long value = (Long) known[0];
      assertThat(hex(Varint.encode(value))).isEqualTo(known[1]);
      assertThat(Varint.read(ByteBuffer.wrap(hex((String) known[1])))).isEqualTo(value);
      assertThat(Varint.size(value)).isEqualTo(((String) known[1]).length() / 2);
    }
  }

  @Test
  void longAndPaddedVarintsAreRefused() {
    for (String bad : List.of("8000", "808000", "ffffffffffffffffff01", "80", "")) {
      assertThatThrownBy(() -> Varint.read(ByteBuffer.wrap(hex(bad)))).as(bad)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void aLengthOverItsLimitIsRefusedBeforeItsBytes() throws Exception {
    assertThat(Varint.readLength(new ByteArrayInputStream(hex("8008")), 1024)).isEqualTo(1024);
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("8108")), 1024))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessage("length 1025, at most 1024");
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("ffffff7f")), 1024))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> Varint.readLength(new ByteArrayInputStream(hex("80")), 1024))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void protobufFieldsAreReadInOrderAndBadOnesRefused() throws Exception {
    List<Protobuf.Field> fields = Protobuf
        .read(hex("08 96 01 12 07 74 65 73 74 69 6e 67 1d 01 02 03 04 21 01 02 03 04 05 06 07 08 12 00"));
    assertThat(fields).hasSize(4);
    assertThat(fields.get(0).number()).isEqualTo(150);
    assertThat(fields.get(1).text()).isEqualTo("testing");
    assertThat(fields.get(2).number()).isEqualTo(0x0807060504030201L);
    assertThat(fields.get(3).array()).isEmpty();
    assertThat(new Protobuf.Writer().fixed64(4, 0x0807060504030201L).toByteArray())
        .isEqualTo(hex("21 01 02 03 04 05 06 07 08"));
    for (String bad : List.of("08", "12 05 00", "0b", "00 00", "12 ff ff ff ff 07", "1d 00", "21 00", "07 00")) {
      assertThatThrownBy(() -> Protobuf.read(hex(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> Protobuf.read(hex("0800".repeat(1025)))).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 1024");
  }

  @Test
  void yamuxHeadersAreTheSpecifiedBytes() throws Exception {
    assertFrame(new YamuxFrame(YamuxFrame.DATA, YamuxFrame.SYN, 1, 5), "00 00 0001 00000001 00000005");
    assertFrame(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.ACK, 2, 262144), "00 01 0002 00000002 00040000");
    assertFrame(new YamuxFrame(YamuxFrame.WINDOW_UPDATE, YamuxFrame.RST, 0x01020304, 0xffffffffL),
        "00 01 0008 01020304 ffffffff");
    assertFrame(new YamuxFrame(YamuxFrame.PING, YamuxFrame.SYN, 0, 0xcafe), "00 02 0001 00000000 0000cafe");
    assertFrame(new YamuxFrame(YamuxFrame.GO_AWAY, 0, 0, YamuxFrame.PROTOCOL_ERROR), "00 03 0000 00000000 00000001");
    assertFrame(new YamuxFrame(YamuxFrame.DATA, YamuxFrame.FIN, 0xffffffff, 0), "00 00 0004 ffffffff 00000000");
    assertThatThrownBy(() -> YamuxFrame.read(hex("01 00 0000 00000001 00000000"), 0))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("version 1");
    assertThatThrownBy(() -> YamuxFrame.read(hex("00 04 0000 00000001 00000000"), 0))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("type 4");
  }

  private static void assertFrame(YamuxFrame frame, String bytes) throws Exception {
    byte[] out = new byte[YamuxFrame.HEADER_BYTES];
    frame.write(out, 0);
    assertThat(out).isEqualTo(hex(bytes));
    assertThat(YamuxFrame.read(hex(bytes), 0)).isEqualTo(frame);
  }

  @Test
  void anIdentifyMessageIsTheGoldenBytesAndReadsBack() throws Exception {
    Ed25519Key key = Ed25519Key.fromSeed(hex("7e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"));
    List<Multiaddr> listen = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
    byte[] record = new PeerRecord(key.peerId(), 1_700_000_000_000L, listen).seal(key);
    byte[] message = Identify.encode(key.publicKey(), listen, List.of(Identify.PROTOCOL, Ping.PROTOCOL),
        Multiaddr.parse("/ip4/127.0.0.1/tcp/9"), "klatch", record);
    assertThat(hex(record)).isEqualTo(GOLDEN_RECORD);
    assertThat(hex(message))
        .isEqualTo(GOLDEN_IDENTIFY_START + "42" + hex(Varint.encode(record.length)) + GOLDEN_RECORD);

    PeerDescription peer = Identify.read(key.peerId(),
        new ByteArrayInputStream(Bytes.join(Varint.encode(message.length), message)));
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
    byte[] good = new PeerRecord(key.peerId(), 1, listen).seal(key);
    byte[] tampered = good.clone();
    tampered[tampered.length - 1] ^= 1;
    for (byte[] record : List.of(tampered, new PeerRecord(other.peerId(), 1, listen).seal(other),
        new PeerRecord(other.peerId(), 1, listen).seal(key),
        hex("0a00"), hex("ff"))) {
      byte[] message = Identify.encode(key.publicKey(), listen, List.of("/a"), listen.getFirst(), "x", record);
      PeerDescription peer = Identify.read(key.peerId(),
          new ByteArrayInputStream(Bytes.join(Varint.encode(message.length), message)));
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
    PeerDescription peer = Identify.read(key.peerId(),
        new ByteArrayInputStream(Bytes.join(Varint.encode(first.length), first, Varint.encode(second.length), second)));
    assertThat(peer.protocols()).containsExactly("/a", "/b");
    assertThat(peer.agentVersion()).isEqualTo("two");
    assertThat(peer.listenAddresses()).containsExactly(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"));
  }

  @Test
  void anIdentifyWithAForeignKeyOrNoMessageIsRefused() {
    Ed25519Key key = Ed25519Key.generate();
    byte[] foreign = new Protobuf.Writer().bytes(1, PublicKeys.encode(Ed25519Key.generate().publicKey())).toByteArray();
    assertThatThrownBy(
        () -> Identify.read(key.peerId(), new ByteArrayInputStream(Bytes.join(Varint.encode(foreign.length), foreign))))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("not the peer's");
    assertThatThrownBy(() -> Identify.read(key.peerId(), new ByteArrayInputStream(new byte[0])))
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> Identify.read(key.peerId(), new ByteArrayInputStream(hex("ff7f00"))))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("at most 8192");
  }
}
