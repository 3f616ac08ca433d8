package klatch.libp2p.mdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.NetworkInterface;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.mdns.DnsMessage.Resource;
import klatch.libp2p.protocol.PeerAddresses;
import org.junit.jupiter.api.Test;

class MdnsTest {
  private static final String SERVICE_BYTES = "045f703270045f756470056c6f63616c00";
  private final PeerId peer = Ed25519Key.generate().peerId();
  private final PeerId other = Ed25519Key.generate().peerId();

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static MdnsOptions options() throws Exception {
    return MdnsOptions.on(NetworkInterface.networkInterfaces().findFirst().orElseThrow());
  }

  private Discovery discovery(PeerId self) throws Exception {
    return new Discovery(self, options(), new SecureRandom());
  }

  @Test
  void aQueryIsTheGoldenBytes() throws Exception {
    byte[] golden = hex("0000 0000 0001 0000 0000 0000" + SERVICE_BYTES + "000c 0001");
    assertThat(discovery(peer).query()).isEqualTo(golden);
    assertThat(DnsMessage.decode(golden).questions())
        .containsExactly(new DnsMessage.Question(MdnsOptions.SERVICE, DnsMessage.PTR, false));
  }

  @Test
  void anAnswerIsTheGoldenBytesWithTheTextInTheAdditionals() throws Exception {
    DnsMessage answer = new DnsMessage(0, true, List.of(),
        List.of(new Resource.Pointer(MdnsOptions.SERVICE, 120, "a._p2p._udp.local")),
        List.of(new Resource.Text("a._p2p._udp.local", 120, List.of("dnsaddr=/x"))));
    byte[] golden = hex(
        "0000 8400 0000 0001 0000 0001" + SERVICE_BYTES + "000c 0001 00000078 0013" + "0161" + SERVICE_BYTES
            + "0161" + SERVICE_BYTES + "0010 0001 00000078 000b 0a" + "646e73616464723d2f78");
    assertThat(answer.encode()).isEqualTo(golden);
    DnsMessage read = DnsMessage.decode(golden);
    assertThat(read.answers()).hasSize(2).containsAll(answer.answers()).containsAll(answer.additionals());
  }

  @Test
  void compressedNamesAreRead() throws Exception {
    // As other implementations write it: the pointer's target and the text's owner point back into the question's name.
    byte[] packet = hex("0000 8400 0000 0002 0000 0000" + SERVICE_BYTES + "000c 8001 00000078 0004 0158c00c"
        + "c027 0010 8001 00000078 0004 03616263");
    List<Resource> answers = DnsMessage.decode(packet).answers();
    assertThat(answers).containsExactly(new Resource.Pointer(MdnsOptions.SERVICE, 120, "x._p2p._udp.local"),
        new Resource.Text("x._p2p._udp.local", 120, List.of("abc")));
  }

  @Test
  void packetsThatLeadInCirclesOrOutAreRefused() {
    for (String bad : List.of("", "00", "0000 0000 0001 0000 0000 0000", // cut short
        "0000 0000 0001 0000 0000 0000 c00c 000c 0001", // a pointer to itself
        "0000 0000 0001 0000 0000 0000 c020 000c 0001", // forward
        "0000 0000 0001 0000 0000 0000 40" + "61".repeat(64) + "00 000c 0001", // a label of 64 bytes
        "0000 0000 0001 0000 0000 0000" + ("3f" + "61".repeat(63)).repeat(5) + "00 000c 0001", // a name of 320
        "0000 0000 ffff 0000 0000 0000", "0000 0000 0000 0100 0100 0001", // counts
        "0000 8003 0000 0000 0000 0000", // an error
        "0000 8400 0000 0001 0000 0000 00 0010 0001 00000078 0002 05 61", // a string longer than its record
        "0000 8400 0000 0001 0000 0000 00 000c 0001 00000078 0003 00 00 00", // a pointer shorter than its record
        "0000 8400 0000 0001 0000 0000 00 0010 0001 00000078 ffff 00")) {
      assertThatThrownBy(() -> DnsMessage.decode(hex(bad))).as(bad).isInstanceOf(MalformedMessageException.class);
    }
    assertThatThrownBy(() -> DnsMessage.decode(new byte[DnsMessage.MAX_BYTES + 1]))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void twoPeersFindEachOtherAndNotThemselves() throws Exception {
    Discovery one = discovery(peer);
    Discovery two = discovery(other);
    List<Multiaddr> addresses = List.of(Multiaddr.parse("/ip4/192.168.1.7/tcp/4001"),
        Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"), Multiaddr.parse("/ip6/2001:db8::7/tcp/4001/p2p/" + peer));
    Discovery.Asked asked = one.asked(DnsMessage.decode(two.query()));
    DnsMessage answer = DnsMessage.decode(one.answer(asked, addresses).orElseThrow());
    assertThat(two.found(answer)).containsExactly(new PeerAddresses(peer,
        List.of(addresses.get(0).withPeer(peer), addresses.get(2))));
    assertThat(one.found(answer)).isEmpty();
    assertThat(two.found(DnsMessage.decode(two.query()))).as("a question tells nothing").isEmpty();
    assertThat(one.asked(answer)).as("an answer asks nothing").isEqualTo(Discovery.Asked.NOTHING);
    assertThat(one.answer(asked, List.of())).as("nothing to tell").isEmpty();
  }

  @Test
  void administratorsToolsAndQuestionsForOurNameAreAnswered() throws Exception {
    Discovery one = discovery(peer);
    List<Multiaddr> addresses = List.of(Multiaddr.parse("/ip4/192.168.1.7/tcp/4001"));
    DnsMessage services = DnsMessage.query("_services._DNS-SD._udp.local", DnsMessage.PTR);
    DnsMessage read = DnsMessage.decode(services.encode());
    assertThat(DnsMessage.decode(one.answer(one.asked(read), addresses).orElseThrow()).answers())
        .containsExactly(new Resource.Pointer("_services._dns-sd._udp.local", 120, MdnsOptions.SERVICE));
    DnsMessage all = DnsMessage
        .decode(one.answer(new Discovery.Asked(true, false, false), addresses).orElseThrow());
    String name = ((Resource.Pointer) all.answers().getFirst()).target();
    assertThat(name).matches("[a-z0-9]{32}\\._p2p\\._udp\\.local");
    Discovery.Asked forUs = one.asked(DnsMessage.query(name, DnsMessage.TXT));
    assertThat(DnsMessage.decode(one.answer(forUs, addresses).orElseThrow()).answers()).containsExactly(
        new Resource.Text(name, 120, List.of("dnsaddr=" + addresses.getFirst() + "/p2p/" + peer)));
    assertThat(one.answer(one.asked(DnsMessage.query("_http._tcp.local", DnsMessage.PTR)), addresses)).isEmpty();
  }

  @Test
  void textInTheAnswersOfAnotherServiceOrWithoutAPeerIsNotTakenForOne() throws Exception {
    Discovery one = discovery(peer);
    String address = "dnsaddr=/ip4/10.0.0.1/tcp/1/p2p/" + other;
    List<Resource> answers = List.of(new Resource.Pointer(MdnsOptions.SERVICE, 1, "x." + MdnsOptions.SERVICE),
        new Resource.Pointer("_http._tcp.local", 1, "y._http._tcp.local"),
        new Resource.Text("y._http._tcp.local", 1, List.of(address)),
        new Resource.Text("x." + MdnsOptions.SERVICE, 1,
            List.of("", "dnsaddr=", "dnsaddr=/ip4/10.0.0.1/tcp/1", "dnsaddr=/nonsense/1", "x=y")));
    assertThat(one.found(new DnsMessage(0, true, List.of(), answers, List.of()))).isEmpty();
    List<Resource> good = new ArrayList<>(answers);
    good.add(new Resource.Text("x." + MdnsOptions.SERVICE, 1, List.of("more=1", address)));
    assertThat(one.found(new DnsMessage(0, true, List.of(), good, List.of()))).hasSize(1);
  }

  @Test
  void addressesThatDoNotFitATextStringAreLeftOut() throws Exception {
    Discovery one = discovery(peer);
    Multiaddr longOne = Multiaddr.parse("/ip4/10.0.0.1/tcp/1/p2p/" + other + "/p2p-circuit/p2p/" + other
        + "/p2p-circuit/p2p/" + other + "/p2p-circuit");
    Multiaddr good = Multiaddr.parse("/ip4/10.0.0.1/tcp/1");
    DnsMessage answer = DnsMessage.decode(one.answer(new Discovery.Asked(true, false, false),
        List.of(longOne.withPeer(peer), good)).orElseThrow());
    assertThat(discovery(other).found(answer)).containsExactly(new PeerAddresses(peer, List.of(good.withPeer(peer))));
  }

  @Test
  void optionsWithoutAnInterfaceOrIntervalAreRefused() throws Exception {
    assertThatThrownBy(() -> MdnsOptions.on()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options().queryInterval(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
  }
}
