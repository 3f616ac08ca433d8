package klatch.regtest.chain;

import com.fasterxml.jackson.databind.JsonNode;

/** One JSON-RPC method. Called with the chain's lock held. */
@FunctionalInterface
interface RpcMethod {
  JsonNode call(RpcParams params);
}
