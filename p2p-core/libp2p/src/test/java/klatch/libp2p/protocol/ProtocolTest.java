package klatch.libp2p.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.wire.Protobuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolTest {
  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Test
  void readingAFrameLeavesWhatIsBehindIt() throws Exception {
    ByteArrayInputStream in = new ByteArrayInputStream(hex("02 aa bb 00 01 cc ff"));
    assertThat(Frames.read(in, 2)).isEqualTo(hex("aabb"));
    assertThat(Frames.readUnlessEnded(in, 2)).hasValueSatisfying(empty -> assertThat(empty).isEmpty());
    assertThat(Frames.readUnlessEnded(in, 2)).hasValueSatisfying(one -> assertThat(one).isEqualTo(hex("cc")));
    assertThat(in.readAllBytes()).isEqualTo(hex("ff"));
    assertThat(Frames.readUnlessEnded(in, 2)).isEmpty();
    assertThat(Frames.framed(hex("aabb"))).isEqualTo(hex("02aabb"));
  }

  @Test
  void aFrameTooLongOrCutShortIsRefused() {
    assertThatThrownBy(() -> Frames.read(new ByteArrayInputStream(hex("03 aa bb cc")), 2))
        .isInstanceOf(MalformedMessageException.class).hasMessage("length 3, at most 2");
    assertThatThrownBy(() -> Frames.read(new ByteArrayInputStream(hex("03 aa")), 3)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> Frames.read(new ByteArrayInputStream(hex("")), 3)).isInstanceOf(EOFException.class);
  }

  @Test
  void aPeerIsReadWithoutTheAddressesThatCannotBe() throws Exception {
    PeerAddresses peer = new PeerAddresses(Ed25519Key.generate().peerId(),
        List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/4001"), Multiaddr.parse("/ip6/::1/tcp/4002")));
    assertThat(PeerAddresses.decode(peer.encode().toByteArray())).isEqualTo(peer);
    byte[] withBad = new Protobuf.Writer().bytes(1, peer.peer().bytes()).bytes(2, hex("0400"))
        .bytes(2, peer.addresses().getFirst().bytes()).number(3, 1).toByteArray();
    assertThat(PeerAddresses.decode(withBad).addresses()).containsExactly(peer.addresses().getFirst());
    assertThatThrownBy(() -> PeerAddresses.decode(hex("1200"))).isInstanceOf(MalformedMessageException.class);
    Protobuf.Writer many = new Protobuf.Writer().bytes(1, peer.peer().bytes());
    for (int i = 0; i < 100; i++) {
      many.bytes(2, peer.addresses().getFirst().bytes());
    }
    assertThat(PeerAddresses.decode(many.toByteArray()).addresses()).hasSize(PeerAddresses.MAX_ADDRESSES);
  }

  @ParameterizedTest
  @CsvSource({"8.8.8.8,true", "127.0.0.1,false", "10.1.2.3,false", "172.16.0.1,false", "192.168.1.1,false",
      "169.254.1.1,false", "100.64.0.1,false", "100.128.0.1,true", "0.0.0.0,false", "224.0.0.251,false",
      "2001:4860::8888,true", "::1,false", "fe80::1,false", "fd00::1,false", "ff02::fb,false"})
  void onlyWhatTheWholeInternetReachesIsPublic(String address, boolean isPublic) throws Exception {
    assertThat(IpGroup.isPublic(InetAddress.getByName(address))).isEqualTo(isPublic);
  }

  @Test
  void oneSubscriberIsOneGroup() throws Exception {
    assertThat(IpGroup.of(Multiaddr.parse("/ip6/2001:db8:1:2::1/tcp/1")))
        .isEqualTo(IpGroup.of(Multiaddr.parse("/ip6/2001:db8:1:2:ffff::9/tcp/2")))
        .isNotEqualTo(IpGroup.of(Multiaddr.parse("/ip6/2001:db8:1:3::1/tcp/1")));
    assertThat(IpGroup.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/1")))
        .isEqualTo(IpGroup.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/2")))
        .isNotEqualTo(IpGroup.of(Multiaddr.parse("/ip4/1.2.3.5/tcp/1")));
    assertThat(IpGroup.of(Multiaddr.parse("/dns/example.org/tcp/1"))).isEmpty();
  }

  @Test
  void aRateIsABurstAndThenOneAPause() {
    AtomicLong nanos = new AtomicLong();
    RateLimit<String> limit = new RateLimit<>(2, Duration.ofSeconds(1), 2, nanos::get);
    assertThat(limit.allows("a")).isTrue();
    assertThat(limit.allows("a")).isTrue();
    assertThat(limit.allows("a")).isFalse();
    assertThat(limit.allows("b")).isTrue();
    nanos.addAndGet(Duration.ofMillis(999).toNanos());
    assertThat(limit.allows("a")).isFalse();
    nanos.addAndGet(Duration.ofMillis(2).toNanos());
    assertThat(limit.allows("a")).isTrue();
    assertThat(limit.allows("a")).isFalse();
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(limit.allows("a")).isTrue();
    assertThat(limit.allows("a")).isTrue();
    assertThat(limit.allows("a")).isFalse();
  }

  @Test
  void aRateRemembersABoundedNumberOfKeys() {
    RateLimit<Integer> limit = new RateLimit<>(1, Duration.ofHours(1), 3, () -> 0);
    for (int i = 0; i < 10; i++) {
      assertThat(limit.allows(i)).isTrue();
    }
    assertThat(limit.keys()).isEqualTo(3);
    assertThat(limit.allows(9)).isFalse();
  }
}
