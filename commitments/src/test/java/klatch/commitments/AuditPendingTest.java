package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A payout that was claimed and finds no way yet: what everybody's audit says of it as time passes. */
final class AuditPendingTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration WEEK = Duration.ofDays(7);

  private final Town town = new Town(3, 5_000_000, 1, 21);
  private final Person payee = town.attendees().getFirst();

  @BeforeEach
  void aPayoutIsStuckWhenPayoutsClose() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(payee);
    town.toSettlement();
    town.network().stall(true);
    town.settleDown();
    town.clock().to(town.terms().clock().payoutsCloseAtMillis() + MINUTE.toMillis());
    town.settleDown();
  }

  @AfterEach
  void close() {
    town.close();
  }

  @Test
  void itIsPendingForEverybodyAndNoDifference() {
    Audit audit = town.audit();
    assertThat(audit.clean()).isTrue();
    assertThat(audit.complete()).isFalse();
    assertThat(audit.pending()).singleElement().satisfies(finding -> {
      assertThat(finding.kind()).isEqualTo(Finding.Kind.PAYOUT_PENDING);
      assertThat(finding.person()).contains(payee.device());
      assertThat(finding.proofs()).contains(claim());
      assertThat(finding.message()).contains("the organiser has until " + missingFrom());
    });
    for (Person person : town.attendees()) {
      assertThat(Audit.of(town.event(), person.entries(), person.lightning()::decode, town.clock().millis()))
          .contains(audit);
    }
  }

  @Test
  void onceItHasArrivedNothingIsPending() {
    town.network().stall(false);
    town.settleDown();
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }

  @Test
  void itIsMissingAWeekAfterTheClaimWindowAndNotBefore() {
    town.clock().to(missingFrom() - 1);
    assertThat(town.audit().clean()).isTrue();
    town.clock().to(missingFrom());
    assertThat(town.audit().pending()).isEmpty();
    assertThat(town.audit().findings()).singleElement().satisfies(finding -> {
      assertThat(finding.kind()).isEqualTo(Finding.Kind.PAYOUT_MISSING);
      assertThat(finding.proofs()).contains(claim());
    });
    town.network().stall(false);
    town.settleDown();
    assertThat(town.audit()).as("better late than never").isEqualTo(new Audit(town.event(), true, List.of()));
  }

  private long missingFrom() {
    return said().round(town.host().device(), 1).orElseThrow().timestampMillis() + town.terms().claimWindowMillis()
        + WEEK.toMillis();
  }

  private klatch.log.EntryId claim() {
    return said().claim(town.host().device(), payee.device(), 1).orElseThrow().entry();
  }

  private Statements said() {
    return new StatementBook(town.host().log()).of(town.event());
  }
}
