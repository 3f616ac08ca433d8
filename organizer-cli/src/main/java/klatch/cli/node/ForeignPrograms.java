package klatch.cli.node;

import klatch.regtest.LndProgram;
import klatch.regtest.chain.BitcoindProgram;

/** Programs of others that a rehearsal may ask for by name: it is refused with the reason where they are not. */
public final class ForeignPrograms {
  private ForeignPrograms() {}

  /** @throws StartRefusedException if there is none */
  public static BitcoindProgram bitcoind() {
    return switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var program) -> program;
      case BitcoindProgram.Search.Absent(var reason) -> throw new StartRefusedException("no bitcoind: " + reason);
    };
  }

  /** @throws StartRefusedException if there is none */
  public static LndProgram lnd() {
    return switch (LndProgram.locate()) {
      case LndProgram.Search.Found(var program) -> program;
      case LndProgram.Search.Absent(var reason) -> throw new StartRefusedException("no LND: " + reason);
    };
  }
}
