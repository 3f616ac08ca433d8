package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NonceChainTest {
  private final Scribe door = new Scribe(1);
  private final EventId event = EventId.of(new byte[32]);
  private final Encounter first = door.meet(event, new Scribe(2), T0 + HOUR, 1).encounter();
  private final Encounter second = door.meet(event, new Scribe(3), T0 + HOUR, 2).encounter();

  @Test
  void aChainHasItsGoldenLinks() {
    assertThat(NonceChain.after(event, door.device, List.of()))
        .hasToString("a66a9e14d980cdfedfcf9617b490a28314a12b881d2788eb8eb2749754d61f58");
    assertThat(NonceChain.after(event, door.device, List.of(first)))
        .hasToString("77e095011db5f949ac1c244d85ea027b8a8ae4f7931a7117f1301944ed220814");
  }

  @Test
  void everyEncounterAndTheirOrderCount() {
    ByteString both = NonceChain.after(event, door.device, List.of(first, second));
    assertThat(both).isNotEqualTo(NonceChain.after(event, door.device, List.of(second, first)))
        .isNotEqualTo(NonceChain.after(event, door.device, List.of(first)))
        .isNotEqualTo(NonceChain.after(event, new Scribe(2).device, List.of(first, second)));
  }

  @Test
  void aViewReadsItFromTheDevicesOwnLog() {
    Scribe ann = new Scribe(2);
    var topic = door.found(1);
    EventId id = door.announce(topic, 5);
    SignedEncounter met = door.meet(id, ann, T0 + HOUR);
    door.write(topic, met);
    ann.write(topic, met);
    MeetupView view = new MeetupView();
    door.entries.forEach(view::apply);
    ann.entries.forEach(view::apply);
    assertThat(view.nonceChain(id, door.device))
        .isEqualTo(NonceChain.after(id, door.device, List.of(met.encounter())));
  }
}
