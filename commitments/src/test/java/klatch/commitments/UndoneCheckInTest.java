package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An organiser who takes a check-in back takes no deposit with it. */
final class UndoneCheckInTest {
  private final Town town = new Town(3, 10_000_000, 1, 7);
  private final Person ann = town.attendees().get(0);

  @AfterEach
  void close() {
    town.close();
  }

  private void undo() {
    town.host().meetup().doorkeeping().undo(town.event(), ann.device(), "somebody else").orThrow();
  }

  private ReleaseReason reason() {
    return ((DepositState.Released) town.host().deposit(ann)).reason();
  }

  @Test
  void whoIsUndoneBeforeTheRefundGetsTheDepositBackAndNoShare() {
    town.lockAll();
    town.toCheckIn();
    town.attendees().subList(0, 2).forEach(town::checkIn);
    undo();
    town.toSettlement();
    town.settleDown();
    assertThat(reason()).isEqualTo(ReleaseReason.CHECK_IN_UNDONE);
    assertThat(ann.balance()).isEqualTo(ann.before());
    assertThat(town.attendees().get(1).balance()).isGreaterThan(town.attendees().get(1).before());
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }

  @Test
  void whatWasGivenBackStaysBack() {
    town.lockAll();
    town.toCheckIn();
    town.attendees().subList(0, 2).forEach(town::checkIn);
    town.settleDown();
    assertThat(reason()).isEqualTo(ReleaseReason.CHECKED_IN);
    undo();
    town.toSettlement();
    town.settleDown();
    assertThat(reason()).isEqualTo(ReleaseReason.CHECKED_IN);
    assertThat(ann.balance()).isEqualTo(ann.before());
    assertThat(town.audit()).isEqualTo(new Audit(town.event(), true, List.of()));
  }
}
