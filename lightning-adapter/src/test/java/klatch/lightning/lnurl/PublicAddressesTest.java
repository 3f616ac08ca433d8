package klatch.lightning.lnurl;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicAddressesTest {
  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
      "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
      "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
      "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
      "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1",
      "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "4000::1"})
  void nobodyIsAskedHere(String address) {
    assertThat(PublicAddresses.contains(InetAddress.ofLiteral(address))).isFalse();
    assertThat(new WebRules(false).allowed(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.255.255",
      "172.32.0.1", "192.167.255.255", "192.169.0.1", "223.255.255.255", "2606:4700::1", "2a00:1450::1",
      "2001:4860::1", "::ffff:1.1.1.1"})
  void theseAreThePublicInternet(String address) {
    assertThat(PublicAddresses.contains(InetAddress.ofLiteral(address))).isTrue();
  }

  @Test
  void inARehearsalOnlyThisMachineIsAllowedToo() {
    WebRules rehearsal = new WebRules(true);
    assertThat(rehearsal.allowed(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    assertThat(rehearsal.allowed(InetAddress.ofLiteral("::1"))).isTrue();
    assertThat(rehearsal.allowed(InetAddress.ofLiteral("192.168.0.1"))).isFalse();
    assertThat(rehearsal.allowed(InetAddress.ofLiteral("169.254.169.254"))).isFalse();
  }
}
