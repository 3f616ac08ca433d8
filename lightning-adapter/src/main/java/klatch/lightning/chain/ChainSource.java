package klatch.lightning.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Somebody who knows the chain, and is not believed: {@link CheckedChain} checks what it says. Thread-safe; every method
 * blocks, for a bounded time, and throws {@link ChainTroubleException} if there is no answer that can be used.
 */
public interface ChainSource extends AutoCloseable {
  /** In words, such as {@code bitcoind at http://127.0.0.1:18443}. */
  String name();

  /** The hash of the block at height 0. Hashes are 64 hex digits, as bitcoind shows them. */
  String genesis();

  /** What it holds to be the last block. */
  record Tip(int height, String hash) {}

  Tip tip();

  /** 80 bytes. */
  byte[] header(String hash);

  /** Where in its chain it says that a block is; empty if it is in none. */
  Optional<Integer> height(String hash);

  /** The block's bytes as they go over the wire. */
  byte[] block(String hash);

  /**
   * Hands a transaction to the network.
   *
   * @param transaction hex
   * @return its id
   * @throws TransactionRefusedException if it is not taken
   */
  String send(String transaction);

  /**
   * Hands transactions to the network that are valid together only, parents first.
   *
   * @return what the source said, as {@code submitpackage} of bitcoind has it
   * @throws TransactionRefusedException if they are not taken, or it takes no packages
   */
  JsonNode sendTogether(List<String> transactions);

  /** Satoshis a virtual byte for a confirmation within so many blocks; empty if it cannot tell. */
  OptionalDouble satPerVbyte(int blocks);

  @Override
  void close();
}
