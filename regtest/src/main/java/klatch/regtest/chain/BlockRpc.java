package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import fr.acinq.bitcoin.Block;
import fr.acinq.bitcoin.BlockHeader;
import fr.acinq.bitcoin.Transaction;
import java.util.HexFormat;
import java.util.Map;

/** The methods that read blocks. */
final class BlockRpc {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final double REGTEST_DIFFICULTY = 4.656542373906925e-10;
  private static final String REGTEST_TARGET = "7fffff" + "0".repeat(58);

  private final BlockTree tree;

  BlockRpc(BlockTree tree) {
    this.tree = tree;
  }

  Map<String, RpcMethod> methods() {
    return Map.of("getblockchaininfo", this::chainInfo, "getblockcount", params -> JSON.numberNode(tree.tip().height),
        "getbestblockhash", params -> JSON.textNode(tree.tip().id().toString()), "getblockhash", this::blockHash,
        "getblockheader", this::blockHeader, "getblock", this::block);
  }

  private JsonNode chainInfo(RpcParams params) {
    BlockNode tip = tree.tip();
    ObjectNode info = JSON.objectNode();
    info.put("chain", "regtest").put("blocks", tip.height).put("headers", tip.height)
        .put("bestblockhash", tip.id().toString()).put("bits", "%08x".formatted(BlockAssembly.REGTEST_BITS))
        .put("target", REGTEST_TARGET).put("difficulty", REGTEST_DIFFICULTY).put("time", tip.block.header.time)
        .put("mediantime", tip.medianTimePast).put("verificationprogress", 1).put("initialblockdownload", false)
        .put("chainwork", chainwork(tip)).put("size_on_disk", 0).put("pruned", false);
    info.putArray("warnings");
    return info;
  }

  private JsonNode blockHash(RpcParams params) {
    return tree.at(params.integer(0, "height")).map(node -> JSON.textNode(node.id().toString()))
        .orElseThrow(() -> new RpcException(RpcException.BAD_PARAMETER, "Block height out of range"));
  }

  private JsonNode blockHeader(RpcParams params) {
    BlockNode node = node(params);
    if (!params.flag(1, "verbose", true)) {
      return JSON.textNode(HexFormat.of().formatHex(BlockHeader.write(node.block.header)));
    }
    return header(node);
  }

  private JsonNode block(RpcParams params) {
    BlockNode node = node(params);
    int verbosity = params.verbosity(1, "verbosity", 1);
    byte[] bytes = Block.write(node.block);
    if (verbosity <= 0) {
      return JSON.textNode(HexFormat.of().formatHex(bytes));
    }
    int stripped = bytes.length - node.block.tx.stream().mapToInt(tx -> tx.totalSize() - tx.baseSize()).sum();
    ObjectNode block = header(node);
    block.put("strippedsize", stripped).put("size", bytes.length).put("weight", 3 * stripped + bytes.length);
    ArrayNode txs = block.putArray("tx");
    for (Transaction tx : node.block.tx) {
      if (verbosity == 1) {
        txs.add(tx.txid.toString());
      } else {
        txs.add(TransactionJson.of(tx));
      }
    }
    return block;
  }

  private BlockNode node(RpcParams params) {
    BlockNode node = tree.node(params.blockId(0, "blockhash"));
    if (node == null) {
      throw new RpcException(RpcException.NOT_FOUND, "Block not found");
    }
    return node;
  }

  private ObjectNode header(BlockNode node) {
    BlockHeader header = node.block.header;
    boolean active = tree.isActive(node);
    ObjectNode json = JSON.objectNode();
    json.put("hash", node.id().toString()).put("confirmations", active ? tree.tip().height - node.height + 1 : -1)
        .put("height", node.height).put("version", header.version).put("versionHex", "%08x".formatted(header.version))
        .put("merkleroot", header.hashMerkleRoot.reversed().toHex()).put("time", header.time)
        .put("mediantime", node.medianTimePast).put("nonce", header.nonce).put("bits", "%08x".formatted(header.bits))
        .put("target", REGTEST_TARGET).put("difficulty", REGTEST_DIFFICULTY).put("chainwork", chainwork(node))
        .put("nTx", node.block.tx.size());
    BlockNode parent = node.parent;
    if (parent != null) {
      json.put("previousblockhash", parent.id().toString());
    }
    if (active) {
      tree.at(node.height + 1).ifPresent(next -> json.put("nextblockhash", next.id().toString()));
    }
    return json;
  }

  private static String chainwork(BlockNode node) {
    return "%064x".formatted(node.work());
  }
}
