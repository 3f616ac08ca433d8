package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
        .hasToString("f7e095011db5f949ac1c244d85ea027b8a8ae4f7931a7117f1301944ed220814");
  }

  @Test
  void everyEncounterAndTheirOrderCount() {
    ByteString both = NonceChain.after(event, door.device, List.of(first, second));
    assertThat(both).isNotEqualTo(NonceChain.after(event, door.device, List.of(second, first)))
        .isNotEqualTo(NonceChain.after(event, door.device, List.of(first)))
        .isNotEqualTo(NonceChain.after(event, new Scribe(2).device, List.of(first, second)));
  }

  /** An encounter of the door, whose code had the beacon over so many of these. */
  private Encounter shown(List<Encounter> log, int length, int guest, long millis) {
    return shown(NonceChain.after(event, door.device, log.subList(0, length)), guest, millis);
  }

  private Encounter shown(ByteString beacon, int guest, long millis) {
    Encounter met = door.meet(event, new Scribe(guest), millis, guest).encounter();
    return new Encounter(event, met.keyA(), met.keyB(), met.nonceA(), met.nonceB(), met.epoch(), beacon);
  }

  @Test
  void aLogBearsItsBeaconsOutOrDoesNot() {
    List<Encounter> log = new ArrayList<>();
    log.add(shown(log, 0, 2, T0));
    log.add(shown(log, 1, 3, T0 + 5_000));
    log.add(shown(log, 1, 4, T0 + 5_000));
    log.add(shown(ByteString.zeros(32), 5, T0 + 10_000));
    log.add(
        shown(ByteString.parse("0000000000000000000261a3f2ac9ad6ecb2dd2c2bd19c4d47b1d4d1b8b8f5c3"), 6, T0 + 15_000));
    assertThat(NonceChain.unfounded(event, door.device, log)).as("with blocks and nothing between").isEmpty();
    assertThat(NonceChain.unfounded(event, door.device, List.of(log.get(1), log.get(0))))
        .as("the first is over an encounter that came later").containsExactly(0);
    log.add(shown(NonceChain.after(event, new Scribe(9).device, List.of()), 7, T0 + 20_000));
    assertThat(NonceChain.unfounded(event, door.device, log)).as("another device's chain").containsExactly(5);
    List<Encounter> late = List.of(shown(List.of(), 0, 2, T0), shown(List.of(), 0, 3, T0 + 180_000),
        shown(List.of(), 0, 4, T0 + 185_000));
    assertThat(NonceChain.unfounded(event, door.device, late)).as("leaves out what is long known").containsExactly(2);
    assertThat(NonceChain.unfounded(event, new Scribe(2).device, late)).as("who answered is not asked").isEmpty();
  }

  @Test
  void aWrongBeaconIsAnAnomalyInWhateverOrderTheLogsCome() {
    Scribe ann = new Scribe(2);
    var topic = door.found(1);
    EventId id = door.announce(topic, 5);
    Encounter met = door.meet(id, ann, T0 + HOUR).encounter();
    Encounter made = new Encounter(id, met.keyA(), met.keyB(), met.nonceA(), met.nonceB(), met.epoch(),
        NonceChain.after(id, door.device, List.of(met)));
    SignedEncounter signed = new SignedEncounter(made, ByteString.of(door.key.sign(made.signedBytes())),
        ByteString.of(ann.key.sign(made.signedBytes())));
    ann.write(topic, signed);
    MeetupView view = new MeetupView();
    ann.entries.forEach(view::apply);
    door.entries.forEach(view::apply);
    assertThat(view.anomalies(topic)).as("the door's log has not said it yet").isEmpty();
    view.apply(door.write(topic, signed));
    assertThat(view.anomalies(topic)).extracting(Anomaly::reason).containsExactly(Anomaly.Reason.WRONG_BEACON);
    assertThat(view.presence(id).isPresent(ann.device)).isTrue();
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
