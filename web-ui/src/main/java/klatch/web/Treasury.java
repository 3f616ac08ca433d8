package klatch.web;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import klatch.web.wire.NodeStatus;
import klatch.web.wire.Operations;

/**
 * What an operator asks of the Lightning node beyond deposits: history, channels, and coins on the chain. Thread-safe;
 * blocks. Failures of the node are {@link klatch.commitments.LightningException}, mistakes of the caller
 * {@link IllegalArgumentException}.
 */
public interface Treasury {
  /** The newest payments in either direction, newest first. */
  List<Operations.Payment> payments(int limit);

  /**
   * Connects to a peer and opens a channel with it, paid for by the wallet.
   *
   * @param peer {@code NODEID@HOST:PORT}
   */
  Operations.Opened open(String peer, long capacitySat, long pushSat);

  /**
   * Connects to a peer that sells channels and asks its price, or buys one.
   *
   * @param peer       {@code NODEID@HOST:PORT}
   * @param mostFeeSat empty to ask only
   */
  Operations.Bought buy(String peer, long paymentSat, OptionalLong mostFeeSat, Optional<String> token);

  /** What is wrong with the source of the chain and what helps, in one line; empty if nothing is, or if that is not ours to know. */
  default Optional<String> chainTrouble() {
    return Optional.empty();
  }

  /** Closes with the peer's consent, or by force. */
  void close(String channelId, boolean force);

  String newAddress();

  long confirmedSat();

  /** What the wallet keeps for closing channels; empty where another program cares for that. */
  default Optional<NodeStatus.Reserve> reserve() {
    return Optional.empty();
  }

  /** What a lost node needs besides its seed words, readable by them alone. */
  default byte[] backup() {
    throw new IllegalArgumentException(
        "this Lightning node has seed words and backups of its own: use its own commands");
  }

  /**
   * Pays an address.
   *
   * @param feeSatPerVbyte empty for the chain's own estimate
   */
  Operations.Sent send(String address, long amountSat, OptionalLong feeSatPerVbyte);
}
