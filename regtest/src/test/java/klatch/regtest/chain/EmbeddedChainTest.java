package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class EmbeddedChainTest {
  @Test
  void theFaucetPaysAndABlockConfirms() {
    try (EmbeddedChain chain = EmbeddedChain.start(InstantSource.system());
        RpcClient rpc = new RpcClient(chain.rpc())) {
      String txid = chain.fund("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", 70_000);
      assertThat(rpc.call("getmempoolinfo").path("size").asInt()).isEqualTo(1);
      String block = chain.mine(1).getFirst();
      assertThat(rpc.call("getblock", block).path("tx").get(1).asText()).isEqualTo(txid);
      assertThat(rpc.call("getblockchaininfo").path("blocks").asInt()).isEqualTo(EmbeddedChain.FIRST_BLOCKS + 1);
      assertThat(rpc.call("gettxout", txid, 0).path("value").decimalValue()).isEqualByComparingTo("0.0007");
      assertThat(chain.reorg(2)).hasSize(3);
      assertThat(rpc.call("getrawtransaction", txid, 1).path("confirmations").asInt()).isEqualTo(3);
    }
  }
}
