package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Cuts and stored state, to the byte of docs/spec/ldk-binding.md. */
final class LdkCutTest {
  /** Cut 5: "a" becomes ff00, "bc" is deleted. */
  private static final byte[] GOLDEN = HexFormat.of()
      .parseHex("01" + "0500000000000000" + "02000000" + "01000000" + "61" + "01" + "02000000" + "ff00"
          + "02000000" + "6263" + "00");

  @Test
  void readsTheGoldenCut() {
    LdkCut cut = LdkCut.parse(GOLDEN);
    assertThat(cut.id()).isEqualTo(5);
    assertThat(cut.changes()).hasSize(2);
    assertThat(cut.changes().getFirst().key()).isEqualTo("a");
    assertThat(cut.changes().getFirst().value()).get().isEqualTo(new byte[]{(byte) 0xff, 0});
    assertThat(cut.changes().getLast().key()).isEqualTo("bc");
    assertThat(cut.changes().getLast().value()).isEmpty();
  }

  @Test
  void refusesEveryCutThatEndsEarlyOrLate() {
    for (int length = 0; length < GOLDEN.length; length++) {
      byte[] part = Arrays.copyOf(GOLDEN, length);
      assertThatThrownBy(() -> LdkCut.parse(part)).as("%d bytes", length)
          .isInstanceOfAny(BufferUnderflowException.class, IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> LdkCut.parse(Arrays.copyOf(GOLDEN, GOLDEN.length + 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesACutOfAnotherFormat() {
    byte[] other = GOLDEN.clone();
    other[0] = 2;
    assertThatThrownBy(() -> LdkCut.parse(other)).hasMessageContaining("format 2");
  }

  @Test
  void writesTheGoldenState() {
    assertThat(LdkCut.state(Map.of("key", new byte[]{7})))
        .isEqualTo(HexFormat.of().parseHex("03000000" + "6b6579" + "01000000" + "07"));
  }
}
