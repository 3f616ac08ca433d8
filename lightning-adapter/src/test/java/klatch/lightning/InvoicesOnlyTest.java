package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import klatch.commitments.LightningException;
import org.junit.jupiter.api.Test;

final class InvoicesOnlyTest {
  /** The first example of BOLT 11. */
  private static final String MAINNET = "lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqw"
      + "zqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq"
      + "357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql";

  @Test
  void anInvoiceOfAnotherNetworkIsRefusedByName() {
    assertThat(new InvoicesOnly(Network.MAINNET).decode(MAINNET).amount()).isEmpty();
    for (Network network : new Network[]{Network.REGTEST, Network.SIGNET}) {
      assertThatThrownBy(() -> new InvoicesOnly(network).decode(MAINNET)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the invoice is for another network (bc), this node is on " + network.label());
    }
  }

  @Test
  void everythingElseIsRefusedAndNothingIsThere() {
    InvoicesOnly none = new InvoicesOnly(Network.REGTEST);
    assertThat(none.status().channels()).isEmpty();
    assertThatThrownBy(none::held).isInstanceOf(LightningException.class).hasMessage("this node has no Lightning");
  }
}
