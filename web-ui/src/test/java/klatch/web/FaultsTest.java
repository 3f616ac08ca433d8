package klatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What people read of a refusal. */
final class FaultsTest {
  @Test
  void momentsAreTimesAndOtherNumbersStay() {
    assertThat(Faults.inWords("RSVPs closed at 1800000000000, it is 1800000060000 (milliseconds since 1970)"))
        .isEqualTo("RSVPs closed at 2027-01-15T08:00:00Z, it is 2027-01-15T08:01:00Z");
    assertThat(Faults.inWords("the invoice expired at 1800000000, it is 1800000060 (seconds since 1970); try again"))
        .isEqualTo("the invoice expired at 2027-01-15T08:00:00Z, it is 2027-01-15T08:01:00Z; try again");
    assertThat(Faults.inWords("the invoice asks for 10000000000 msat")).isEqualTo(
        "the invoice asks for 10000000000 msat");
  }
}
