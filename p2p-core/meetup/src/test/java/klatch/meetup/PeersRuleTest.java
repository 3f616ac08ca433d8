package klatch.meetup;

import static klatch.meetup.Scribe.HOUR;
import static klatch.meetup.Scribe.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import klatch.log.DeviceId;
import org.junit.jupiter.api.Test;

/** The rule <em>peers</em> by small evenings. */
final class PeersRuleTest {
  private static final EventId EVENT = EventId.of(new byte[32]);

  private final Scribe door = new Scribe(1);
  private final Scribe ann = new Scribe(2);
  private final Scribe bob = new Scribe(3);
  private final Scribe cem = new Scribe(4);
  private final Scribe dan = new Scribe(5);
  private final Scribe eve = new Scribe(6);
  private final Acquaintance met = new Acquaintance();
  private final Set<DeviceId> seated = new HashSet<>();

  private void seat(Scribe... people) {
    for (Scribe person : people) {
      seated.add(person.device);
    }
  }

  private void meet(Scribe one, Scribe... others) {
    for (Scribe other : others) {
      met.add(one.meet(EVENT, other, T0 + HOUR));
    }
  }

  private Presence judged() {
    return PeersRule.judge(EVENT, Set.of(door.device), seated, met);
  }

  private static Set<DeviceId> devices(Scribe... people) {
    return List.of(people).stream().map(person -> person.device).collect(Collectors.toSet());
  }

  private static List<Scribe> crowd(int people) {
    return IntStream.range(0, people).mapToObj(i -> new Scribe(20 + i)).toList();
  }

  @Test
  void threePeopleOfWhomOneMetTheDoorAreEnough() {
    seat(ann, bob, cem, dan);
    meet(door, ann);
    meet(ann, bob, cem, dan);
    meet(bob, cem, dan);
    Presence presence = judged();
    assertThat(presence.present()).contains(ann.device, bob.device);
    Evidence ofBob = presence.evidence(bob.device).orElseThrow();
    assertThat(ofBob).satisfies(evidence -> {
      assertThat(evidence.counted()).containsOnlyKeys(ann.device, cem.device, dan.device);
      assertThat(evidence.witnessed()).isTrue();
      assertThat(evidence.lasting()).isTrue();
    });
    assertThat(presence.evidence(cem.device).orElseThrow().counted()).hasSize(2);
    assertThat(presence.isPresent(cem.device)).as("two of three").isFalse();
    assertThat(presence.proofs(bob.device)).hasSize(3);
  }

  @Test
  void theDoorAloneIsNotEnoughOnceOthersAreThere() {
    seat(ann, bob, cem);
    meet(door, ann, bob, cem);
    assertThat(judged().present()).doesNotContain(ann.device, bob.device, cem.device);
    assertThat(judged().evidence(ann.device).orElseThrow().needed()).isEqualTo(3);
  }

  @Test
  void inASmallRoundEverybodyHasToHaveMetEverybody() {
    seat(ann, bob);
    meet(door, ann);
    assertThat(judged().isPresent(ann.device)).as("nobody else is there").isTrue();
    assertThat(judged().isLasting(ann.device)).as("somebody may still come").isFalse();
    meet(door, bob);
    assertThat(judged().evidence(ann.device).orElseThrow().needed()).isEqualTo(2);
    assertThat(judged().isPresent(ann.device)).isFalse();
    meet(ann, bob);
    assertThat(judged().present()).contains(ann.device, bob.device);
  }

  @Test
  void peopleWithoutASeatCountForNobody() {
    seat(ann, bob, cem);
    meet(door, ann, bob);
    meet(ann, bob, dan, eve);
    assertThat(judged().evidence(ann.device).orElseThrow().counted()).containsOnlyKeys(door.device, bob.device);
    assertThat(judged().isPresent(dan.device)).isFalse();
    assertThat(judged().evidence(dan.device).orElseThrow().counted()).isEmpty();
  }

  @Test
  void aClusterWithoutAPathToTheDoorIsNobodyAndIsShown() {
    seat(ann, bob, cem, dan, eve);
    meet(door, ann);
    meet(bob, cem, dan, eve);
    meet(cem, dan, eve);
    meet(dan, eve);
    assertThat(judged().present()).doesNotContain(bob.device, cem.device, dan.device, eve.device);
    assertThat(judged().adrift()).hasSize(1);
    assertThat(judged().adrift().getFirst()).containsExactlyInAnyOrderElementsOf(devices(bob, cem, dan, eve));
    assertThat(judged().evidence(ann.device).orElseThrow().needed()).as("they raise nobody's bar").isEqualTo(1);
  }

  @Test
  void whoAloneBringsMoreThanTwentyBringsNobody() {
    List<Scribe> crowd = crowd(PeersRule.CHARGES + 1);
    seat(ann);
    crowd.forEach(this::seat);
    meet(door, ann);
    crowd.forEach(person -> meet(ann, person));
    for (int i = 0; i < crowd.size(); i++) {
      meet(crowd.get(i), crowd.subList(i + 1, crowd.size()).toArray(new Scribe[0]));
    }
    Presence presence = judged();
    assertThat(presence.overstretched()).containsExactly(ann.device);
    assertThat(presence.present()).doesNotContainAnyElementsOf(crowd.stream().map(one -> one.device).toList());
    assertThat(presence.adrift()).singleElement()
        .satisfies(cluster -> assertThat(cluster).hasSize(crowd.size()).doesNotContain(ann.device));
    assertThat(presence.isPresent(ann.device)).as("whom the door met is there all the same").isTrue();
  }

  @Test
  void twentyAreNotTooMany() {
    List<Scribe> crowd = crowd(PeersRule.CHARGES);
    seat(ann);
    crowd.forEach(this::seat);
    meet(door, ann);
    crowd.forEach(person -> meet(ann, person));
    for (int i = 0; i < crowd.size(); i++) {
      meet(crowd.get(i), crowd.subList(i + 1, crowd.size()).toArray(new Scribe[0]));
    }
    assertThat(judged().overstretched()).isEmpty();
    assertThat(judged().present()).hasSize(crowd.size() + 1);
    assertThat(judged().adrift()).isEmpty();
  }

  @Test
  void whoAlsoMetAnotherWitnessIsNobodysCharge() {
    List<Scribe> crowd = crowd(PeersRule.CHARGES + 1);
    seat(ann, bob);
    crowd.forEach(this::seat);
    meet(door, ann, bob);
    crowd.forEach(person -> meet(ann, person));
    meet(bob, crowd.getFirst(), ann);
    assertThat(judged().overstretched()).isEmpty();
    List<Scribe> more = new ArrayList<>(crowd.subList(1, crowd.size()));
    more.add(eve);
    seat(eve);
    meet(ann, eve);
    assertThat(judged().overstretched()).as("the others and one more").containsExactly(ann.device);
    assertThat(judged().evidence(crowd.getFirst().device).orElseThrow().witnessed()).isTrue();
    assertThat(more).allSatisfy(
        person -> assertThat(judged().evidence(person.device).orElseThrow().witnessed()).isFalse());
  }
}
