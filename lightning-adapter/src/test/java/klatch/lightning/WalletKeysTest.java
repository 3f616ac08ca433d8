package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The wallet's addresses for a seed: they must never change, for coins lie on them. */
final class WalletKeysTest {
  private static final Seed SEED = new Seed(HexFormat.of().parseHex("07".repeat(32)));

  @Test
  void addressesOfASeedStayWhatTheyAre() {
    assertThat(new WalletKeys(Network.REGTEST, SEED).address(0))
        .isEqualTo("bcrt1q72xweewm4uvlkgzevmewy0dk3mmpymgrn6d2h0");
    assertThat(new WalletKeys(Network.REGTEST, SEED).address(1))
        .isEqualTo("bcrt1qfjzk0kjrwyecrkngvm2x783rz8utxxch6pswej");
    assertThat(new WalletKeys(Network.MAINNET, SEED).address(0))
        .isEqualTo("bc1qvx4y0qycukdpmg0ftrz9zjt377ra8nfpgdqk9c");
  }

  @Test
  void changeAndSweepsGoToScriptsOfTheirOwnThatAreWatched() {
    WalletKeys keys = new WalletKeys(Network.REGTEST, SEED);
    assertThat(keys.changeScript()).isNotEqualTo(keys.sweepScript());
    assertThat(keys.indexOf(keys.changeScript())).contains(-1);
    assertThat(keys.indexOf(keys.sweepScript())).contains(-2);
  }

  @Test
  void addressesAheadOfThoseGivenOutAreWatched() {
    WalletKeys keys = new WalletKeys(Network.REGTEST, SEED);
    keys.watchReceiving(5);
    byte[] ahead = org.bitcoinj.script.ScriptBuilder.createP2WPKHOutputScript(keys.key(24)).program();
    byte[] beyond = org.bitcoinj.script.ScriptBuilder.createP2WPKHOutputScript(keys.key(25)).program();
    assertThat(keys.indexOf(ahead)).contains(24);
    assertThat(keys.indexOf(beyond)).isEmpty();
  }
}
