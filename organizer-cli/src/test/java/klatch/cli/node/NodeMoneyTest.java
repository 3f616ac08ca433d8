package klatch.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import klatch.commitments.PaymentHash;
import org.junit.jupiter.api.Test;

/** Deposits stay with the Lightning node that holds them. */
final class NodeMoneyTest {
  private static final PaymentHash AT_LND = PaymentHash.parse("11".repeat(32));
  private static final PaymentHash AT_LDK = PaymentHash.parse("22".repeat(32));

  @Test
  void theNodeThatHoldsTheDepositsMayStart() {
    assertThat(NodeMoney.misplaced(Set.of(), true, AT_LND::equals)).isEmpty();
    assertThat(NodeMoney.misplaced(Set.of(AT_LND), true, AT_LND::equals)).isEmpty();
    assertThat(NodeMoney.misplaced(Set.of(AT_LDK), false, AT_LND::equals)).isEmpty();
  }

  @Test
  void anotherOneIsRefusedWithWhatToDo() {
    assertThat(NodeMoney.misplaced(Set.of(AT_LND, AT_LDK), true, AT_LND::equals).orElseThrow())
        .contains("1 deposit lies at the embedded node").contains("without --lightning lnd");
    assertThat(NodeMoney.misplaced(Set.of(AT_LND), false, AT_LND::equals).orElseThrow())
        .contains("lies at your LND: start with --lightning lnd");
  }
}
