package klatch.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Addresses and peer ids from strangers: whatever is read can be written and read again, and nothing else is let through. */
final class AddressFuzzTest {
  @FuzzTest
  void aMultiaddrThatCanBeReadFromBytesIsTheSameAfterATripThroughText(byte[] input) {
    try {
      Multiaddr address = Multiaddr.fromBytes(input);
      assertThat(Multiaddr.fromBytes(address.bytes())).isEqualTo(address);
      if (!address.toString().contains("/?")) {
        assertThat(Multiaddr.parse(address.toString())).isEqualTo(address);
      }
    } catch (MalformedMessageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  @FuzzTest
  void aMultiaddrThatCanBeReadFromTextIsTheSameAfterATripThroughBytes(FuzzedDataProvider input) throws Exception {
    Multiaddr address;
    try {
      address = Multiaddr.parse(input.consumeRemainingAsString());
    } catch (IllegalArgumentException | MalformedMessageException refused) {
      return;
    }
    assertThat(Multiaddr.fromBytes(address.bytes())).isEqualTo(address);
  }
}
