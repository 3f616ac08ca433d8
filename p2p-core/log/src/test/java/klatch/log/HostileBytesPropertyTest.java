package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;

import klatch.libp2p.MalformedMessageException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Whatever bytes come, decoding ends in a value or in {@link MalformedMessageException}, never in anything else. */
class HostileBytesPropertyTest {
  @Property(tries = 300)
  void randomBytesAreNoSignedHeader(@ForAll @Size(min = 216, max = 279) byte[] bytes) {
    bytes[0] = 1;
    assertThat(isSigned(bytes)).isFalse();
  }

  private static boolean isSigned(byte[] bytes) {
    try {
      return EntryRules.checkSignature(EntryHeader.decode(bytes)).isEmpty();
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  @Property(tries = 500)
  void randomFramesAreAMessageOrMalformed(@ForAll @Size(min = 1, max = 400) byte[] bytes) {
    bytes[0] = (byte) (1 + Math.floorMod(bytes[0], 5));
    assertThat(isMessageOrMalformed(bytes)).isTrue();
  }

  private static boolean isMessageOrMalformed(byte[] bytes) {
    try {
      return SyncWire.encode(SyncWire.decode(bytes)).length > 0;
    } catch (MalformedMessageException e) {
      return true;
    }
  }
}
