package klatch.regtest.chain;

import org.junit.jupiter.api.Assumptions;

class BitcoindChainIT extends ChainContract {
  @Override
  Chain start() {
    return switch (BitcoindProgram.locate()) {
      case BitcoindProgram.Search.Found(var program) -> BitcoindChain.start(program);
      case BitcoindProgram.Search.Absent(var reason) -> Assumptions.abort(reason);
    };
  }
}
