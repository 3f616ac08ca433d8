package klatch.lightning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinj.crypto.MnemonicCode;
import org.junit.jupiter.api.Test;

/** The wallet's addresses for a seed: they must never change, for coins lie on them. */
final class WalletKeysTest {
  private static final Seed SEED = new Seed(HexFormat.of().parseHex("07".repeat(32)));

  /** The test vectors of BIP 84. */
  @Test
  void addressesAreThoseOfEveryOtherWalletWithTheseWords() {
    byte[] root = MnemonicCode.toSeed(List.of(("abandon ".repeat(11) + "about").split(" ")), "");
    WalletKeys keys = new WalletKeys(Network.MAINNET, root, SEED.bytes());
    assertThat(keys.address(0)).isEqualTo("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
    assertThat(keys.address(1)).isEqualTo("bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g");
    assertThat(keys.address(-1)).isEqualTo("bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el");
  }

  @Test
  void aSeedIsTwentyFourWordsAndBack() {
    List<String> words = SEED.words();
    assertThat(words).hasSize(24);
    assertThat(Seed.ofWords(words).bytes()).isEqualTo(SEED.bytes());
    assertThat(new Seed(new byte[32]).words()).startsWith("abandon").endsWith("art");
  }

  @Test
  void wordsThatAreNoSeedAreRefusedWithTheReason() {
    List<String> words = new ArrayList<>(SEED.words());
    assertThatThrownBy(() -> Seed.ofWords(words.subList(0, 23))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("24 words, not 23");
    Collections.swap(words, 0, 1);
    words.set(5, words.get(4).equals("zoo") ? "zone" : "zoo");
    assertThatThrownBy(() -> Seed.ofWords(words)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not belong together");
    words.set(3, "klatch");
    assertThatThrownBy(() -> Seed.ofWords(words)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("word 4 is not in the list");
  }

  @Test
  void aBackupOpensWithItsWordsAloneAndOnlyUnchanged() {
    WalletBackup backup = new WalletBackup("regtest", "02", 1, new WalletBackup.Coins(3, 7),
        List.of(new WalletBackup.Peer("03", "127.0.0.1:9735")), List.of());
    byte[] file = backup.encrypted(SEED);
    assertThat(WalletBackup.decrypted(file, SEED)).isEqualTo(backup);
    assertThatThrownBy(() -> WalletBackup.decrypted(file, new Seed(new byte[32])))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("other seed words");
    for (int at : new int[]{0, 17, 40, file.length - 1}) {
      byte[] changed = file.clone();
      changed[at] ^= 1;
      assertThatThrownBy(() -> WalletBackup.decrypted(changed, SEED)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> WalletBackup.decrypted(new byte[0], SEED)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no backup");
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
