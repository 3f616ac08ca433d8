package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import klatch.log.Entry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a person tells the group that their deposit was taken: not for a payment that was only faster than the entries. */
final class TakenNoticeTest {
  private static final int STEPS = 20;

  private final Town town = new Town(3, 10_000_000, 1, 17);
  private final Person present = town.attendees().getFirst();
  private final Person absent = town.attendees().get(1);

  @AfterEach
  void close() {
    town.close();
  }

  private void collectedAfterAppeals() {
    town.lockAll();
    town.toCheckIn();
    town.checkIn(present);
    town.settleDown();
    town.toSettlement();
    for (int i = 0; i < STEPS; i++) {
      town.host().work();
    }
    assertThat(absent.balance()).isLessThan(absent.before());
    // Their node sees the payment end, and has none of the organiser's new entries.
    for (int i = 0; i < STEPS; i++) {
      absent.work();
    }
  }

  private List<Entry> notices() {
    return absent.entries().stream()
        .filter(entry -> entry.device().equals(absent.device()) && entry.payloadType().contains("taken")).toList();
  }

  @Test
  void aVerdictThatIsStillUnderWayIsWaitedFor() {
    collectedAfterAppeals();
    assertThat(absent.store().ownDeposit(town.event()).orElseThrow().phase()).isEqualTo(OwnDeposit.Phase.FORFEITED);
    assertThat(notices()).isEmpty();
    town.settleDown();
    assertThat(notices()).isEmpty();
    assertThat(town.audit().findings()).isEmpty();
  }

  @Test
  void anOrganiserWhoSaysNothingUntilPayoutsCloseIsShownToHaveTakenIt() {
    collectedAfterAppeals();
    town.clock().plus(Duration.ofHours(6));
    absent.work();
    assertThat(notices()).hasSize(1);
  }
}
