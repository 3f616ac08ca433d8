package klatch.libp2p.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.protocol.PeerAddresses;

/** What relays and those behind them are sent: messages that stay the same when written again, or a refusal. */
final class RelayFuzzTest {
  @FuzzTest
  void aHopMessageThatCanBeReadIsTheSameWhenWrittenAndReadAgain(byte[] input) {
    try {
      HopMessage message = HopMessage.decode(input);
      assertThat(HopMessage.decode(message.encode()).encode()).isEqualTo(message.encode());
      if (message instanceof HopMessage.Status status && status.reservation().isPresent()) {
        assertThat(status.reservation().get().relayAddresses()).hasSizeLessThanOrEqualTo(PeerAddresses.MAX_ADDRESSES);
      }
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aStopMessageThatCanBeReadIsTheSameWhenWrittenAndReadAgain(byte[] input) {
    try {
      StopMessage message = StopMessage.decode(input);
      assertThat(StopMessage.decode(message.encode())).isEqualTo(message);
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aVoucherIsReadOnlyWhenItsRelayHasSignedIt(byte[] input) {
    try {
      assertThat(Voucher.open(input).relay()).isNotNull();
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }
}
