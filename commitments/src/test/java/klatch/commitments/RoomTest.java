package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import klatch.commitments.Lightning.Channel;
import klatch.commitments.Lightning.NodeStatus;
import org.junit.jupiter.api.Test;

/** How many deposits still fit, and what a person can do when none does. */
final class RoomTest {
  private static final Msat DEPOSIT = Msat.ofSat(10_000);

  @Test
  void depositsAreCountedChannelByChannelBecauseEachGoesThroughOne() {
    Room room = room(channel(15_000, 0, true), channel(25_000, 0, true), channel(90_000, 0, false));
    assertThat(room.toHold()).isEqualTo(Msat.ofSat(40_000));
    assertThat(room.deposits(DEPOSIT)).isEqualTo(3);
    assertThat(room.advice()).isEmpty();
  }

  @Test
  void slotsRunOutBeforeTheMoneyDoes() {
    Room room = room(channel(1_000_000, Room.SLOTS_PER_CHANNEL - 2, true));
    assertThat(room.slots()).isEqualTo(2);
    assertThat(room.deposits(Msat.ofSat(1))).isEqualTo(2);
    assertThat(room(channel(1_000_000, 2 * Room.SLOTS_PER_CHANNEL, true)).advice()).contains("open another channel");
  }

  @Test
  void withoutRoomItSaysWhatToDo() {
    assertThat(room().advice()).contains("klatch channel open");
    assertThat(room(channel(5_000, 0, false)).advice()).contains("wait for its blocks");
    assertThat(room(channel(0, 0, true)).advice()).contains("ask a peer to open a channel");
    assertThat(room(channel(0, 0, true)).deposits(DEPOSIT)).isZero();
  }

  @Test
  void aDepositOfNothingIsRefused() {
    assertThatThrownBy(() -> room().deposits(Msat.ZERO)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Room room(Channel... channels) {
    return Room.of(new NodeStatus("02", 100, List.of(channels)));
  }

  private static Channel channel(long canReceiveSat, int pendingHtlcs, boolean usable) {
    return new Channel("id", "03", Msat.ofSat(1_000_000), Msat.ofSat(1_000_000 - canReceiveSat), Msat.ofSat(100),
        Msat.ofSat(canReceiveSat), usable, pendingHtlcs);
  }
}
