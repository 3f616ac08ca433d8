package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.meetup.ByteString;
import org.junit.jupiter.api.Test;

final class DepositTermsTest {
  static final String NODE_ID = "02" + "ab".repeat(32);
  private static final long START = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  static TermsClock clock(long start) {
    return new TermsClock(start - 48 * HOUR, start - 12 * HOUR, start - 2 * HOUR, start - HOUR / 2, start + 2 * HOUR,
        start + 8 * HOUR, start + 14 * HOUR);
  }

  @Test
  void theDefaultsFitWithTheMarginOnTop() {
    DepositTerms terms = accepted(10_000_000).terms();
    // 26 h are 93,600 s; x 1.7 / 480 is 331.5, rounded up to 332; 42 blocks of margin.
    assertThat(terms.finalCltvBlocks()).isEqualTo(374);
  }

  @Test
  void termsThatDoNotFitAreRefusedWithTheNumbers() {
    TermsClock tooLong = new TermsClock(START - 48 * HOUR, START - 40 * HOUR, START - 2 * HOUR, START - HOUR,
        START + 2 * HOUR, START + 8 * HOUR, START + 14 * HOUR);
    assertThat(DepositTerms.draft(10_000_000, tooLong, 1, NODE_ID, DepositTerms.CLAIM_WINDOW))
        .isEqualTo(new DepositTerms.Draft.Refused("from lock opens (" + (START - 40 * HOUR) + ") to payouts close ("
            + (START + 14 * HOUR) + ") a deposit must be held for up to 731 blocks; payers accept at most 432"));
  }

  @Test
  void nothingAndLessThanNothingAreRefusedAndDustIsWarnedOf() {
    for (long bad : List.of(0L, -1L, Long.MIN_VALUE, DepositTerms.LARGEST_DEPOSIT.value() + 1)) {
      assertThat(DepositTerms.draft(bad, clock(START), 1, NODE_ID, DepositTerms.CLAIM_WINDOW))
          .isInstanceOfSatisfying(DepositTerms.Draft.Refused.class,
              refused -> assertThat(refused.reason()).contains(Long.toString(bad)));
    }
    assertThat(accepted(999_999).warnings()).singleElement().satisfies(dust -> {
      assertThat(dust.kind()).isEqualTo(DepositTerms.Warning.Kind.DUST);
      assertThat(dust.message()).contains("999999 msat", "1000000 msat");
    });
    assertThat(accepted(1_000_000).warnings()).isEmpty();
  }

  @Test
  void aDepositLargerThanAnyChannelIsRefusedWithWhatFits() {
    Lightning.Channel channel = new Lightning.Channel("c", "hub", Msat.ofSat(50_000), Msat.ofSat(20_000),
        Msat.ofSat(20_000), Msat.ofSat(30_000), true, 0);
    Lightning.NodeStatus node = new Lightning.NodeStatus(NODE_ID, 1, List.of(channel));
    assertThat(DepositTerms.tooLargeFor(Msat.ofSat(30_000), node)).isEmpty();
    assertThat(DepositTerms.tooLargeFor(new Msat(30_000_001), node)).get().asString().contains("30000001 msat",
        "30000000 msat");
  }

  @Test
  void deadlinesMustBeInOrder() {
    assertThatThrownBy(() -> new TermsClock(1, 5, 4, 6, 7, 8, 9)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lock closes (4) must not be before lock opens (5)");
    assertThatThrownBy(() -> new TermsClock(1, 5, 5, 6, 7, 8, 9)).hasMessageContaining("empty");
  }

  @Test
  void theBytesAreTheOnesOfVersionOneAndReadBack() throws MalformedMessageException {
    DepositTerms terms = accepted(10_000_000).terms();
    assertThat(terms.encode().toString()).isEqualTo(GOLDEN);
    assertThat(DepositTerms.decode(ByteString.parse(GOLDEN))).isEqualTo(terms);
  }

  @Test
  void bytesThatAreNoTermsAreMalformed() {
    byte[] good = HexFormat.of().parseHex(GOLDEN);
    for (int cut = 0; cut < good.length; cut++) {
      ByteString bad = ByteString.of(java.util.Arrays.copyOf(good, cut));
      assertThatThrownBy(() -> DepositTerms.decode(bad)).isInstanceOf(MalformedMessageException.class);
    }
  }

  private static DepositTerms.Draft.Accepted accepted(long depositMsat) {
    return (DepositTerms.Draft.Accepted) DepositTerms.draft(depositMsat, clock(START), 1, NODE_ID,
        DepositTerms.CLAIM_WINDOW);
  }

  private static final String GOLDEN = "a9646d6f64656e6f7267616e697365722d68656c6465636c6f636ba7716c6f636b4f70656e7341744d696c6c69731b00"
      + "0001a315c92200726c6f636b436c6f73657341744d696c6c69731b000001a317ee730073706c656467654f70656e7341"
      + "744d696c6c69731b000001a30e0f98007461707065616c73436c6f736541744d696c6c69731b000001a31a13c4007463"
      + "6865636b496e4f70656e7341744d696c6c69731b000001a31840d8c0747061796f757473436c6f736541744d696c6c69"
      + "731b000001a31b5d5b0075636865636b496e436c6f73657341744d696c6c69731b000001a318ca2d00667061796f7574"
      + "6573706c6974676465706f7369741a009896806776657273696f6e016c657363726f774e6f6465496478423032616261"
      + "626162616261626162616261626162616261626162616261626162616261626162616261626162616261626162616261"
      + "626162616261626162616261626e6d696e696d756d50726573656e74016f66696e616c436c7476426c6f636b73190176"
      + "71636c61696d57696e646f774d696c6c69731a4d3f6400";
}
