package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The methods that make blocks, take them back, and speak of the node itself. */
final class ControlRpc {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** What we take for the version: callers switch behaviour by it. */
  private static final int VERSION = 290000;

  private static final int PROTOCOL_VERSION = 70016;
  private static final int MAX_BLOCKS_PER_CALL = 10_000;
  private static final int TXID_HEX_DIGITS = 64;
  private static final int VBYTES_PER_KVB = 1_000;

  private final Ledger ledger;
  private final Runnable stop;

  /** @param stop must return at once */
  ControlRpc(Ledger ledger, Runnable stop) {
    this.ledger = ledger;
    this.stop = stop;
  }

  Map<String, RpcMethod> methods() {
    return Map.of("getnetworkinfo", this::networkInfo, "estimatesmartfee", this::estimateFee, "generatetoaddress",
        this::generate, "generateblock", this::generateBlock, "invalidateblock",
        params -> mark(params, ledger::invalidate), "reconsiderblock", params -> mark(params, ledger::reconsider),
        "stop",
        this::stop);
  }

  private JsonNode networkInfo(RpcParams params) {
    ObjectNode json = JSON.objectNode();
    json.put("version", VERSION).put("subversion", "/Satoshi:29.0.0/Klatch:regtest/")
        .put("protocolversion", PROTOCOL_VERSION).put("localrelay", true).put("timeoffset", 0)
        .put("networkactive", true).put("connections", 0).put("relayfee", Amounts.btc(Policy.MIN_RELAY_SAT_PER_KVB))
        .put("incrementalfee", Amounts.btc(Policy.INCREMENTAL_RELAY_SAT_PER_KVB));
    json.putArray("warnings");
    return json;
  }

  /**
   * A chain that confirms everything at once has nothing to estimate from, and says so as a fresh bitcoind does, unless it
   * was told what to say.
   */
  private JsonNode estimateFee(RpcParams params) {
    int target = params.integer(0, "conf_target");
    if (target < 1 || target > 1_008) {
      throw new RpcException(RpcException.BAD_PARAMETER, "Invalid conf_target, must be between 1 and 1008");
    }
    ledger.estimateAsked();
    ObjectNode json = JSON.objectNode();
    if (ledger.estimateSatPerVbyte() > 0) {
      return json.put("feerate", Amounts.btc(ledger.estimateSatPerVbyte() * VBYTES_PER_KVB)).put("blocks", target);
    }
    json.putArray("errors").add("Insufficient data or no feerate found");
    return json.put("blocks", Math.min(2, ledger.tree().tip().height));
  }

  private JsonNode generate(RpcParams params) {
    int count = params.integer(0, "nblocks");
    if (count < 0 || count > MAX_BLOCKS_PER_CALL) {
      throw new RpcException(RpcException.BAD_PARAMETER,
          "nblocks must lie in 0.." + MAX_BLOCKS_PER_CALL + ", not " + count);
    }
    byte[] script = script(params.text(1, "address"), "Error: Invalid address");
    ArrayNode ids = JSON.arrayNode();
    for (int i = 0; i < count; i++) {
      ids.add(ledger.mine(script).id().toString());
    }
    return ids;
  }

  private JsonNode generateBlock(RpcParams params) {
    byte[] script = script(params.text(0, "output"), "Error: Invalid address or descriptor");
    List<Transaction> txs = new ArrayList<>();
    for (String text : params.texts(1, "transactions")) {
      txs.add(text.length() == TXID_HEX_DIGITS ? waiting(text) : RpcParams.transaction(text));
    }
    try {
      return JSON.objectNode().put("hash", ledger.mine(script, txs).id().toString());
    } catch (TxRefused e) {
      throw new RpcException(RpcException.MISSING_INPUTS, "TestBlockValidity failed: " + e.text());
    }
  }

  private Transaction waiting(String txid) {
    return ledger.mempool().entry(new TxId(txid)).map(Mempool.Entry::tx).orElseThrow(
        () -> new RpcException(RpcException.NOT_FOUND, "Transaction " + txid + " not in mempool."));
  }

  private JsonNode mark(RpcParams params, Consumer<BlockNode> mark) {
    BlockNode node = ledger.tree().node(params.blockId(0, "blockhash"));
    if (node == null) {
      throw new RpcException(RpcException.NOT_FOUND, "Block not found");
    }
    if (node.parent == null) {
      throw new RpcException(RpcException.BAD_PARAMETER, "the genesis block cannot be marked");
    }
    mark.accept(node);
    return JSON.nullNode();
  }

  private JsonNode stop(RpcParams params) {
    stop.run();
    return JSON.textNode("Klatch regtest stopping");
  }

  private static byte[] script(String address, String complaint) {
    try {
      return Faucet.scriptOf(address);
    } catch (IllegalArgumentException e) {
      throw new RpcException(RpcException.NOT_FOUND, complaint);
    }
  }
}
