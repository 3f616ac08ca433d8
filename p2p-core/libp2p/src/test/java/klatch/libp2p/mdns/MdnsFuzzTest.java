package klatch.libp2p.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.NetworkInterface;
import java.security.SecureRandom;
import klatch.libp2p.Ed25519Key;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;

/** Packets of the neighbours: bounded findings, or a refusal. */
final class MdnsFuzzTest {
  private static final int MAX_PEERS = 32;

  @FuzzTest
  void aPacketTellsOfABoundedNumberOfPeers(byte[] input) throws Exception {
    Discovery discovery = new Discovery(Ed25519Key.fromSeed(new byte[32]).peerId(),
        MdnsOptions.on(NetworkInterface.networkInterfaces().findFirst().orElseThrow()), new SecureRandom());
    try {
      DnsMessage message = DnsMessage.decode(input);
      assertThat(discovery.found(message)).hasSizeLessThanOrEqualTo(MAX_PEERS)
          .allSatisfy(peer -> assertThat(peer.addresses()).hasSizeLessThanOrEqualTo(PeerAddresses.MAX_ADDRESSES));
      assertThat(message.response() && !discovery.asked(message).equals(Discovery.Asked.NOTHING)).isFalse();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
