package klatch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class Bytes32Test {
  private static byte[] filled(int value) {
    byte[] bytes = new byte[Bytes32.LENGTH];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void valuesOfOneKindAreEqualByTheirBytesAndThoseOfTwoKindsNever() {
    assertThat(new EntryId(filled(7))).isEqualTo(new EntryId(filled(7))).hasSameHashCodeAs(new EntryId(filled(7)))
        .isNotEqualTo(new EntryId(filled(8)));
    assertThat((Object) new EntryId(filled(7))).isNotEqualTo(new TopicId(filled(7)));
  }

  @Test
  void valuesAreOrderedByTheirUnsignedBytes() {
    assertThat(new TopicId(filled(0x7f))).isLessThan(new TopicId(filled(0x80)));
  }

  @Test
  void aChangedInputOrOutputArrayDoesNotChangeTheValue() {
    byte[] given = filled(1);
    EntryId id = new EntryId(given);
    given[0] = 9;
    id.bytes()[0] = 9;
    assertThat(id).isEqualTo(new EntryId(filled(1)));
  }

  @Test
  void anythingButThirtyTwoBytesOrSixtyFourHexDigitsIsRefusedByName() {
    assertThatThrownBy(() -> new EntryId(new byte[31])).hasMessage("entry id must be 32 bytes, not 31");
    assertThatThrownBy(() -> TopicId.parse("ab")).hasMessage("topic id must be 64 hex digits, not 2");
    assertThatThrownBy(() -> DeviceId.parse("g".repeat(64))).hasMessage("device id must be 64 hex digits");
    assertThat(EntryId.parse("07".repeat(32))).isEqualTo(new EntryId(filled(7))).hasToString("07".repeat(32));
  }
}
