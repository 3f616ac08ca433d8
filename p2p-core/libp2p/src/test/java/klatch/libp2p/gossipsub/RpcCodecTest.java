package klatch.libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.gossipsub.RpcPart.Graft;
import klatch.libp2p.gossipsub.RpcPart.IDontWant;
import klatch.libp2p.gossipsub.RpcPart.IHave;
import klatch.libp2p.gossipsub.RpcPart.IWant;
import klatch.libp2p.gossipsub.RpcPart.Prune;
import klatch.libp2p.gossipsub.RpcPart.Subscription;
import org.junit.jupiter.api.Test;

/** RPCs to the byte, and what is refused. */
class RpcCodecTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final MessageId ID = MessageId.of(new byte[]{(byte) 0xaa, (byte) 0xbb});

  private static String hex(RpcPart... parts) {
    return HEX.formatHex(RpcCodec.encode(List.of(parts)));
  }

  private static List<RpcPart> read(String hex) throws MalformedMessageException {
    byte[] bytes = HEX.parseHex(hex);
    return RpcCodec.decode(bytes, bytes.length);
  }

  @Test
  void writesAndReadsEveryPartInTheBytesOfTheSpecification() throws MalformedMessageException {
    // Subscription: 0a, length, 08 subscribe, 12 topic. Control: 1a, then ihave 0a, iwant 12, graft 1a, prune 22, idontwant 2a.
    assertThat(hex(new Subscription("t", true))).isEqualTo("0a05" + "0801" + "120174");
    assertThat(hex(new Subscription("t", false))).isEqualTo("0a05" + "0800" + "120174");
    assertThat(hex(new IHave("t", List.of(ID)))).isEqualTo("1a09" + "0a07" + "0a0174" + "1202aabb");
    assertThat(hex(new IWant(List.of(ID, ID)))).isEqualTo("1a0a" + "1208" + "0a02aabb" + "0a02aabb");
    assertThat(hex(new Graft("t"))).isEqualTo("1a05" + "1a03" + "0a0174");
    assertThat(hex(new Prune("t", 60))).isEqualTo("1a07" + "2205" + "0a0174" + "183c");
    assertThat(hex(new Prune("t", 0))).isEqualTo("1a05" + "2203" + "0a0174");
    assertThat(hex(new IDontWant(List.of(ID)))).isEqualTo("1a06" + "2a04" + "0a02aabb");
    assertThat(hex(new Graft("t"), new Subscription("t", true), new Graft("u")))
        .as("one control field behind the rest").isEqualTo("0a050801120174" + "1a0a" + "1a030a0174" + "1a030a0175");
    List<RpcPart> all = List.of(new Subscription("t", true), new IHave("t", List.of(ID)), new IWant(List.of(ID)),
        new Graft("t"), new Prune("u", 10), new IDontWant(List.of(ID)));
    assertThat(read(HEX.formatHex(RpcCodec.encode(all)))).isEqualTo(all);
  }

  @Test
  void skipsWhatLaterVersionsAdd() throws MalformedMessageException {
    // extensions (6) in the control message, an unknown field 9 in the RPC, peers (2) in a PRUNE.
    assertThat(read("1a04" + "3202" + "0801" + "4a0100")).isEmpty();
    assertThat(read("1a0b" + "2209" + "0a0174" + "12020a00" + "1807")).containsExactly(new Prune("t", 7));
  }

  @Test
  void aSignedMessageIsTheseBytes() throws MalformedMessageException {
    Ed25519Key key = Ed25519Key.fromSeed(new byte[32]);
    MessageSigning signing = new MessageSigning(SignaturePolicy.STRICT_SIGN, key, 7);
    PubsubMessage message = signing.message("t", "hi".getBytes(StandardCharsets.UTF_8));
    String publicKey = HEX.formatHex(key.publicKey());
    String unsigned = "0a26" + "002408011220" + publicKey + "1202" + "6869" + "1a08" + "0000000000000007" + "2201"
        + "74";
    byte[] signature = key.sign(HEX.parseHex(
        HEX.formatHex("libp2p-pubsub:".getBytes(StandardCharsets.UTF_8)) + unsigned));
    assertThat(HEX.formatHex(message.encoded()))
        .isEqualTo(unsigned + "2a40" + HEX.formatHex(signature) + "3224" + "08011220" + publicKey);
    assertThat(signing.isGood(message)).isTrue();
    assertThat(signing.message("t", new byte[0]).seqno()).isEqualTo(new byte[]{0, 0, 0, 0, 0, 0, 0, 8});
    assertThat(HEX.formatHex(MessageIdFunction.AUTHOR_AND_NUMBER.id(message).bytes()))
        .isEqualTo("002408011220" + publicKey + "0000000000000007");
  }

  @Test
  void theKeyMayBeLeftOutWhereTheAuthorsIdHoldsIt() throws MalformedMessageException {
    Ed25519Key key = Ed25519Key.fromSeed(new byte[32]);
    MessageSigning signing = new MessageSigning(SignaturePolicy.STRICT_SIGN, key, 7);
    byte[] encoded = signing.message("t", new byte[]{1}).encoded();
    assertThat(signing.isGood(PubsubMessage.decode(Arrays.copyOf(encoded, encoded.length - 38)))).isTrue();
  }

  @Test
  void anyOtherByteSpoilsTheSignatureAlsoOnceTheAuthorIsKnown() throws MalformedMessageException {
    Ed25519Key key = Ed25519Key.fromSeed(new byte[32]);
    MessageSigning signing = new MessageSigning(SignaturePolicy.STRICT_SIGN, key, 7);
    for (int round = 0; round < 2; round++) {
      byte[] encoded = signing.message("topic", new byte[]{1, 2, 3}).encoded();
      assertThat(signing.isGood(PubsubMessage.decode(encoded))).isTrue();
      for (int i = 0; i < encoded.length; i++) {
        byte[] changed = encoded.clone();
        changed[i] ^= 0x04;
        boolean good = false;
        try {
          good = signing.isGood(PubsubMessage.decode(changed));
        } catch (MalformedMessageException e) {
          // Refused even earlier.
        }
        assertThat(good).as("byte %d", i).isFalse();
      }
    }
  }

  @Test
  void strictSigningRefusesWhatIsNotSignedAndTheOtherPolicyWhatIs() throws MalformedMessageException {
    Ed25519Key key = Ed25519Key.fromSeed(new byte[32]);
    MessageSigning strict = new MessageSigning(SignaturePolicy.STRICT_SIGN, key, 7);
    MessageSigning unsigned = new MessageSigning(SignaturePolicy.STRICT_NO_SIGN, key, 7);
    PubsubMessage plain = unsigned.message("t", new byte[]{1});
    assertThat(HEX.formatHex(plain.encoded())).isEqualTo("120101" + "220174");
    assertThat(unsigned.isGood(plain)).isTrue();
    assertThat(strict.isGood(plain)).isFalse();
    assertThat(unsigned.isGood(strict.message("t", new byte[]{1}))).isFalse();
    assertThat(strict.isGood(PubsubMessage.unsigned("t", new byte[]{1}, key.peerId(), new byte[8]))).isFalse();
  }

  @Test
  void refusesWhatAnotherImplementationWouldEncodeAgainInOtherBytes() {
    for (String bytes : List.of("220174" + "120101", "120101" + "120101" + "220174", "12810001" + "220174", "120101",
        "08" + "01" + "220174")) {
      assertThatThrownBy(() -> PubsubMessage.decode(HEX.parseHex(bytes))).as(bytes)
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void refusesTooMuchOfAnything() {
    byte[] subscription = HEX.parseHex("0a050801120174");
    assertRefused(subscription, RpcBounds.SUBSCRIPTIONS + 1);
    assertRefused(HEX.parseHex("1206" + "120101220174".substring(0, 12)), RpcBounds.MESSAGES + 1);
    assertRefused(HEX.parseHex("1a051a030a0174"), RpcBounds.CONTROLS + 1);
    assertRefused(HEX.parseHex("1a10" + "120e" + "0a00".repeat(7)), RpcBounds.IDS / 7 + 1);
    assertThatThrownBy(() -> read("0a02" + "12" + "7f")).isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> read("1a" + "8504" + "12" + "8204" + "0a" + "ff03" + "00".repeat(511)))
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most 256");
  }

  private static void assertRefused(byte[] part, int times) {
    byte[] many = new byte[part.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(part, 0, many, i * part.length, part.length);
    }
    assertThatThrownBy(() -> RpcCodec.decode(many, many.length)).isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("more than");
  }

  @Test
  void cutsAStreamIntoRpcsHoweverItArrives() throws Exception {
    List<byte[]> rpcs = List.of(new byte[0], new byte[]{1}, new byte[200], new byte[70_000],
        new byte[RpcBounds.RPC_BYTES], new byte[]{2});
    List<Byte> stream = new ArrayList<>();
    WireWriter out = new WireWriter(16);
    for (byte[] rpc : rpcs) {
      out.clear();
      out.skip(4);
      int start = 4 - WireWriter.varintBytes(rpc.length);
      out.putLength(start, rpc.length);
      for (int i = start; i < 4; i++) {
        stream.add(out.buffer()[i]);
      }
      for (byte b : rpc) {
        stream.add(b);
      }
    }
    byte[] bytes = new byte[stream.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = stream.get(i);
    }
    for (int step : new int[]{1, 3, 1_000, Integer.MAX_VALUE}) {
      RpcInput in = new RpcInput(new ByteArrayInputStream(bytes) {
        @Override
        public synchronized int read(byte[] target, int offset, int length) {
          return super.read(target, offset, Math.min(length, step));
        }
      });
      for (byte[] rpc : rpcs) {
        assertThat(in.next()).isEqualTo(rpc);
      }
      assertThat(in.next()).isNull();
    }
  }

  @Test
  void refusesALengthOverAMebibyteBeforeReadingItAndSaysWhereAStreamWasCut() {
    assertThatThrownBy(() -> new RpcInput(new ByteArrayInputStream(HEX.parseHex("81808001"))).next())
        .isInstanceOf(MalformedMessageException.class).hasMessageContaining("at most 1048576");
    assertThatThrownBy(() -> new RpcInput(new ByteArrayInputStream(HEX.parseHex("ffffffffff"))).next())
        .isInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(() -> new RpcInput(new ByteArrayInputStream(HEX.parseHex("050102"))).next())
        .isInstanceOf(EOFException.class).hasMessageContaining("2 of 5");
  }
}
