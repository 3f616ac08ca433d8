package klatch.regtest.chain;

import fr.acinq.bitcoin.OutPoint;
import org.jspecify.annotations.Nullable;

/** The unspent outputs as somebody sees them: the chain's, or the chain's with the mempool's on top. */
@FunctionalInterface
interface CoinView {
  @Nullable
  Coin coin(OutPoint outPoint);
}
