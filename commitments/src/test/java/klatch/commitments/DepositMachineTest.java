package klatch.commitments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every state meets every input: the table of docs/spec/deposit-states.md, cell by cell. */
final class DepositMachineTest {
  private static final Preimage PREIMAGE = new Preimage(new byte[32]);
  private static final PaymentHash HASH = PREIMAGE.hash();
  private static final Msat AMOUNT = Msat.ofSat(10_000);
  private static final int EXPIRY = 600;
  private static final long CLOSES = 1_000;

  private static final Map<String, DepositState> STATES = new LinkedHashMap<>();
  private static final Map<String, DepositInput> INPUTS = new LinkedHashMap<>();

  static {
    STATES.put("Pledged", new DepositState.Pledged());
    STATES.put("Offered", new DepositState.Offered(PREIMAGE, AMOUNT, CLOSES));
    STATES.put("Lapsed", new DepositState.Lapsed(HASH));
    STATES.put("Held", new DepositState.Held(PREIMAGE, AMOUNT, EXPIRY));
    STATES.put("Releasing", new DepositState.Releasing(HASH, AMOUNT, ReleaseReason.CHECKED_IN));
    STATES.put("Released", new DepositState.Released(HASH, AMOUNT, ReleaseReason.CHECKED_IN));
    STATES.put("Collecting", new DepositState.Collecting(PREIMAGE, AMOUNT));
    STATES.put("Collected", new DepositState.Collected(PREIMAGE, AMOUNT));
    STATES.put("Expired", new DepositState.Expired(HASH, AMOUNT, "gone"));
    INPUTS.put("offer", new DepositInput.Offer(PREIMAGE, AMOUNT, CLOSES));
    INPUTS.put("held", new DepositInput.HtlcHeld(AMOUNT, EXPIRY, CLOSES - 1));
    INPUTS.put("held-wrong", new DepositInput.HtlcHeld(AMOUNT.plus(new Msat(1)), EXPIRY, CLOSES - 1));
    INPUTS.put("held-late", new DepositInput.HtlcHeld(AMOUNT, EXPIRY, CLOSES));
    INPUTS.put("gone", new DepositInput.HtlcGone("gone"));
    INPUTS.put("collected", new DepositInput.HtlcCollected(AMOUNT));
    INPUTS.put("lock-closed", new DepositInput.LockClosed());
    INPUTS.put("release", new DepositInput.Release(ReleaseReason.CHECKED_IN));
    INPUTS.put("absent", new DepositInput.JudgedAbsent());
    INPUTS.put("block-early", new DepositInput.BlockReached(EXPIRY - DepositMachine.GUARDIAN_BLOCKS - 1));
    INPUTS.put("block-late", new DepositInput.BlockReached(EXPIRY - DepositMachine.GUARDIAN_BLOCKS));
  }

  /** "=" nothing changes, "!" cannot be asked for; otherwise the next state and its effects. */
  private static final String TABLE = """
      state      | offer                | held             | held-wrong            | held-late             | gone                     | collected                  | lock-closed | release               | absent                 | block-early | block-late
      Pledged    | Offered PublishOffer | !                | !                     | !                     | !                        | !                          | =           | =                     | !                      | =           | =
      Offered    | !                    | Held PublishHeld | Offered ReleaseHtlc RenewOffer | Releasing ReleaseHtlc | =                        | Collected PublishCollected | Lapsed      | Lapsed                | !                      | =           | =
      Lapsed     | !                    | Releasing ReleaseHtlc | Releasing ReleaseHtlc | Releasing ReleaseHtlc | =                   | !                          | =           | =                     | !                      | =           | =
      Held       | !                    | =                | =                     | =                     | Expired PublishReleased  | Collected PublishCollected | =           | Releasing ReleaseHtlc | Collecting CollectHtlc | =           | Releasing ReleaseHtlc
      Releasing  | !                    | Releasing ReleaseHtlc | Releasing ReleaseHtlc | Releasing ReleaseHtlc | Released PublishReleased | !                     | =           | =                     | =                      | =           | =
      Released   | !                    | Released ReleaseHtlc | Released ReleaseHtlc | Released ReleaseHtlc | =                      | !                          | =           | =                     | =                      | =           | =
      Collecting | !                    | Collecting CollectHtlc | Collecting CollectHtlc | Collecting CollectHtlc | Expired PublishReleased | Collected PublishCollected | =      | =                     | =                      | =           | =
      Collected  | !                    | Collected ReleaseHtlc | Collected ReleaseHtlc | Collected ReleaseHtlc | =                   | =                          | =           | =                     | =                      | =           | =
      Expired    | !                    | Expired ReleaseHtlc | Expired ReleaseHtlc | Expired ReleaseHtlc | =                       | !                          | =           | =                     | =                      | =           | =
      """;

  @TestFactory
  List<DynamicTest> everyStateMeetsEveryInput() {
    List<List<String>> rows = TABLE.lines().map(line -> Stream.of(line.split("\\|")).map(String::strip).toList())
        .toList();
    List<String> inputs = rows.getFirst().subList(1, rows.getFirst().size());
    assertThat(inputs).containsExactlyElementsOf(INPUTS.keySet());
    assertThat(rows.stream().skip(1).map(List::getFirst)).containsExactlyElementsOf(STATES.keySet());
    List<DynamicTest> cells = new ArrayList<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      for (int i = 0; i < inputs.size(); i++) {
        String input = inputs.get(i);
        String expected = row.get(i + 1);
        cells.add(DynamicTest.dynamicTest(row.getFirst() + " x " + input,
            () -> check(known(STATES, row.getFirst()), known(INPUTS, input), expected)));
      }
    }
    return cells;
  }

  @Test
  void theTableKnowsEveryKindOfStateAndInput() {
    assertThat(STATES.values()).extracting(Object::getClass)
        .containsExactlyInAnyOrder(DepositState.class.getPermittedSubclasses());
    assertThat(INPUTS.values().stream().map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(DepositInput.class.getPermittedSubclasses());
  }

  @Test
  void anHtlcSeenTwiceKeepsTheEarlierExpiry() {
    DepositState held = known(STATES, "Held");
    assertThat(DepositMachine.step(held, new DepositInput.HtlcHeld(AMOUNT, EXPIRY - 5, CLOSES)).state())
        .isEqualTo(new DepositState.Held(PREIMAGE, AMOUNT, EXPIRY - 5));
    assertThat(DepositMachine.step(held, new DepositInput.HtlcHeld(AMOUNT, EXPIRY + 5, CLOSES)).state())
        .isEqualTo(held);
  }

  @Test
  void aReleaseNeverTurnsIntoACollectionNorTheOtherWayRound() {
    for (String first : List.of("Releasing", "Released", "Collecting", "Collected")) {
      DepositState state = known(STATES, first);
      for (DepositInput input : List.of(known(INPUTS, "release"), known(INPUTS, "absent"), known(INPUTS, "block-late"),
          known(INPUTS, "lock-closed"))) {
        assertThat(DepositMachine.step(state, input)).isEqualTo(new DepositMachine.Step(state, List.of()));
      }
    }
  }

  @Test
  void theReasonAndTheExpiryAreKept() {
    DepositMachine.Step late = DepositMachine.step(known(STATES, "Offered"), known(INPUTS, "held-late"));
    assertThat(late.state()).isEqualTo(new DepositState.Releasing(HASH, AMOUNT, ReleaseReason.LATE));
    DepositMachine.Step guarded = DepositMachine.step(known(STATES, "Held"), known(INPUTS, "block-late"));
    assertThat(guarded.state()).isEqualTo(new DepositState.Releasing(HASH, AMOUNT, ReleaseReason.GUARDIAN));
    DepositMachine.Step held = DepositMachine.step(known(STATES, "Offered"), known(INPUTS, "held"));
    assertThat(held.effects()).containsExactly(new DepositEffect.PublishHeld(HASH, AMOUNT, EXPIRY));
  }

  private static void check(DepositState state, DepositInput input, String expected) {
    if (expected.equals("!")) {
      assertThatThrownBy(() -> DepositMachine.step(state, input)).isInstanceOf(IllegalStateException.class);
      return;
    }
    DepositMachine.Step step = DepositMachine.step(state, input);
    if (expected.equals("=")) {
      assertThat(step).isEqualTo(new DepositMachine.Step(state, List.of()));
      return;
    }
    String found = Stream.concat(Stream.of(step.state()), step.effects().stream())
        .map(part -> part.getClass().getSimpleName()).collect(Collectors.joining(" "));
    assertThat(found).isEqualTo(expected);
  }

  private static <T> T known(Map<String, T> map, String name) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }
}
