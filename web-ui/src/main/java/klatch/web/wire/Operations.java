package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and answers of an operator about the Lightning node itself: its payments, channels and coins on the chain. */
public final class Operations {
  private Operations() {}

  /**
   * {@code POST /lightning/pay}.
   *
   * @param bolt11     an invoice that names an amount
   * @param maxFeeMsat the most that routing may cost; absent for 1 % and 10 sat
   */
  public record Pay(@Nullable String bolt11, @Nullable Long maxFeeMsat) {}

  /**
   * {@code POST /lightning/pay} and the lines of {@code GET /lightning/payments}.
   *
   * @param hash       64 hex digits, absent where it was not kept
   * @param direction  sent or received
   * @param state      pending, done, failed or given_back
   * @param amountMsat without the fee
   * @param reason     why it failed
   */
  public record Payment(@Nullable String hash, String direction, String state, @Nullable Long amountMsat, long feeMsat,
      @Nullable Long atMillis, @Nullable String reason) {}

  /** {@code GET /lightning/payments}: the newest first. */
  public record Payments(List<Payment> payments) {}

  /**
   * {@code POST /lightning/invoice}.
   *
   * @param expirySeconds absent for an hour
   */
  public record Ask(@Nullable Long amountMsat, @Nullable String description, @Nullable Long expirySeconds) {}

  public record Invoice(String bolt11, String hash, long amountMsat, long expiresAtMillis) {}

  /** {@code GET /channels}. */
  public record Channels(List<NodeStatus.Channel> channels) {}

  /**
   * {@code POST /channels}.
   *
   * @param peer        {@code NODEID@HOST:PORT}
   * @param capacitySat what goes into the channel
   * @param pushSat     what of it is given to the peer at once; absent for nothing
   */
  public record Open(@Nullable String peer, @Nullable Long capacitySat, @Nullable Long pushSat) {}

  /** The channel works once its funding transaction has its confirmations. */
  public record Opened(String channel, String fundingTxid) {}

  /**
   * {@code POST /channels/buy}.
   *
   * @param peer       {@code NODEID@HOST:PORT} of a node that sells channels (bLIP 52, LSPS2)
   * @param paymentSat what the payment will be that opens the channel
   * @param mostFeeSat what the seller may keep of it; absent to hear the price and buy nothing
   * @param token      what the seller wants to hear, where it sells to some only
   */
  public record Buy(@Nullable String peer, @Nullable Long paymentSat, @Nullable Long mostFeeSat,
      @Nullable String token) {}

  /**
   * A price, and where one was bought, the invoice whose payment opens the channel.
   *
   * @param untilMillis until then the price stands
   * @param forBlocks   the seller promises to keep the channel open for so many blocks
   */
  public record Bought(long paymentMsat, long feeMsat, long arrivesMsat, long untilMillis, long forBlocks,
      @Nullable String bolt11, @Nullable String hash) {}

  /**
   * {@code POST} to a channel's {@code close}.
   *
   * @param force without the peer's consent; the coins come after a delay
   */
  public record Close(@Nullable Boolean force) {}

  public record Closing(String channel, boolean force) {}

  /** {@code POST /wallet/address}: a fresh one. */
  public record Address(String address) {}

  /** {@code GET /wallet/backup}: encrypted, for the seed words alone. */
  public record Backup(String base64) {}

  /** {@code GET /wallet}: what is confirmed and can be spent now. */
  public record Balance(long confirmedSat) {}

  /**
   * {@code POST /wallet/send}.
   *
   * @param feeSatPerVbyte absent for the chain's own estimate
   */
  public record Send(@Nullable String address, @Nullable Long amountSat, @Nullable Long feeSatPerVbyte) {}

  public record Sent(String txid, long amountSat, long feeSat) {}
}
