package klatch.cli.node;

import java.time.InstantSource;
import java.util.Locale;
import klatch.regtest.chain.BitcoindChain;
import klatch.regtest.chain.Chain;
import klatch.regtest.chain.EmbeddedChain;

/** The chains that a rehearsal can run on. */
public enum ChainKind {
  EMBEDDED, BITCOIND;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** @throws StartRefusedException if there is no bitcoind */
  public Chain start() {
    return switch (this) {
      case EMBEDDED -> EmbeddedChain.start(InstantSource.system());
      case BITCOIND -> BitcoindChain.start(ForeignPrograms.bitcoind());
    };
  }
}
