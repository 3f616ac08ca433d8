package klatch.regtest.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.Transaction;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import klatch.regtest.chain.Chain.Payout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every {@link Chain} does, whoever keeps it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ChainContract {
  private static final String ANYBODY = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

  private @Nullable Chain chain;
  private @Nullable RpcClient rpc;

  abstract Chain start();

  @BeforeAll
  void open() {
    chain = start();
    rpc = new RpcClient(chain().rpc());
  }

  @AfterAll
  void shut() {
    if (rpc != null) {
      rpc.close();
    }
    if (chain != null) {
      chain.close();
    }
  }

  Chain chain() {
    if (chain == null) {
      throw new IllegalStateException("not started");
    }
    return chain;
  }

  RpcClient rpc() {
    if (rpc == null) {
      throw new IllegalStateException("not started");
    }
    return rpc;
  }

  @Test
  void nothingIsMinedUnlessAskedFor() {
    Chain.Tip before = chain().tip();
    chain().fund(ANYBODY, 50_000);
    assertThat(chain().tip()).isEqualTo(before);
    List<String> ids = chain().mine(3);
    assertThat(ids).hasSize(3).doesNotHaveDuplicates();
    assertThat(chain().tip()).isEqualTo(new Chain.Tip(before.height() + 3, ids.getLast()));
    assertThat(rpc().call("getblockheader", ids.getFirst()).path("previousblockhash").asText()).isEqualTo(before.id());
  }

  @Test
  void theFaucetPaysManyByOneTransaction() {
    String script = Chain.address(Script.write(Script.pay2wsh(Script.pay2wpkh(Draft.KEY.publicKey()))));
    String txid = chain().fund(List.of(new Payout(ANYBODY, 70_000), new Payout(script, 250_000_000)));
    assertThat(rpc().call("getmempoolentry", txid).path("height").asInt()).isEqualTo(chain().tip().height());
    chain().mine(1);
    List<Long> paid = rpc().call("getrawtransaction", txid, 1).path("vout").valueStream()
        .map(output -> output.path("value").decimalValue().movePointRight(8).longValueExact()).toList();
    assertThat(paid).contains(70_000L, 250_000_000L);
  }

  @Test
  void theFaucetPaysAgainAndAgainWithoutABlock() {
    for (int i = 0; i < 12; i++) {
      chain().fund(ANYBODY, 4_000_000_000L / 2);
    }
    assertThat(rpc().call("getmempoolinfo").path("size").asInt()).isGreaterThanOrEqualTo(12);
    chain().mine(1);
    assertThat(rpc().call("getmempoolinfo").path("size").asInt()).isZero();
  }

  @Test
  void theFaucetRefusesWhatItDoesNotHave() {
    assertThatThrownBy(() -> chain().fund(ANYBODY, 2_000_000_000_000_000L)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("mine more blocks");
    assertThatThrownBy(() -> chain().fund("nobody", 10_000)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nobody");
  }

  @Test
  void aReorganisationReplacesBlocksAndConfirmsAgain() {
    String txid = chain().fund(ANYBODY, 60_000);
    String old = chain().mine(2).getFirst();
    int height = chain().tip().height();
    List<String> fresh = chain().reorg(2);
    assertThat(fresh).hasSize(3).doesNotContain(old);
    assertThat(chain().tip()).isEqualTo(new Chain.Tip(height + 1, fresh.getLast()));
    assertThat(rpc().call("getblockheader", old).path("confirmations").asInt()).isEqualTo(-1);
    JsonNode tx = rpc().call("getrawtransaction", txid, 1);
    assertThat(tx.path("blockhash").asText()).isEqualTo(fresh.getFirst());
  }

  @Test
  void aStalledChainHangsAndGoesOnWhereItWas() throws Exception {
    int height = chain().tip().height();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      chain().stall();
      Future<JsonNode> call = threads.submit(() -> rpc().call("getblockcount"));
      await().during(Duration.ofMillis(200)).atMost(Duration.ofSeconds(5)).until(() -> !call.isDone());
      chain().resume();
      assertThat(call.get().asInt()).isEqualTo(height);
    }
  }

  @Test
  void movingTheClockMakesFinalWhatWasLockedUntilThen() {
    String txid = chain().fund(Chain.address(Draft.SCRIPT), 1_000_000);
    chain().mine(1);
    Transaction funding = Transaction.read(rpc().call("getrawtransaction", txid).asText());
    int output = IntStream.range(0, funding.txOut.size())
        .filter(i -> Arrays.equals(funding.txOut.get(i).publicKeyScript.toByteArray(), Draft.SCRIPT)).findFirst()
        .orElseThrow();
    Instant then = chain().clock().plus(Duration.ofDays(2));
    String locked = Draft.hex(new Draft().in(Draft.Purse.of(funding, output)).change(1_000)
        .lockTime(then.getEpochSecond()).signed());
    assertThatThrownBy(() -> rpc().call("sendrawtransaction", locked)).hasMessageContaining("non-final");
    chain().advance(Duration.ofDays(3));
    assertThatThrownBy(() -> rpc().call("sendrawtransaction", locked)).hasMessageContaining("non-final");
    chain().mine(6);
    String accepted = rpc().call("sendrawtransaction", locked).asText();
    chain().mine(1);
    assertThat(rpc().call("getrawtransaction", accepted, 1).path("confirmations").asInt()).isEqualTo(1);
    JsonNode info = rpc().call("getblockchaininfo");
    assertThat(Instant.ofEpochSecond(info.path("mediantime").asLong())).isAfter(then);
    assertThatThrownBy(() -> chain().advance(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aStrangerIsNotAnswered() {
    RpcEndpoint endpoint = chain().rpc();
    RpcEndpoint wrong = new RpcEndpoint(endpoint.host(), endpoint.port(), endpoint.user(), "guess");
    try (RpcClient stranger = new RpcClient(wrong)) {
      assertThatThrownBy(() -> stranger.call("getblockcount")).isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("401");
    }
  }
}
