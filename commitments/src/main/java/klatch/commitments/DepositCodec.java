package klatch.commitments;

import java.util.Map;
import java.util.Optional;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Cbor;

/** Deposit messages to and from entries' payloads. */
public final class DepositCodec {
  /** Every payload type of this module begins so. */
  public static final String PREFIX = "deposit.";

  private static final Map<String, Class<? extends Record>> TYPES = Map.ofEntries(
      Map.entry("offer", DepositMessage.Offer.class), Map.entry("held", DepositMessage.HeldReceipt.class),
      Map.entry("released", DepositMessage.Released.class), Map.entry("verdict", DepositMessage.Verdict.class),
      Map.entry("collected", DepositMessage.Collected.class), Map.entry("taken", DepositMessage.Taken.class),
      Map.entry("settlement", DepositMessage.Settled.class),
      Map.entry("round", DepositMessage.Round.class), Map.entry("claim", DepositMessage.Claim.class),
      Map.entry("withdraw-at", DepositMessage.WithdrawAt.class),
      Map.entry("withdrawal", DepositMessage.Withdrawal.class),
      Map.entry("claim-refused", DepositMessage.ClaimRefused.class), Map.entry("paid", DepositMessage.Paid.class),
      Map.entry("unclaimed", DepositMessage.Unclaimed.class), Map.entry("repriced", DepositMessage.Repriced.class),
      Map.entry("report", DepositMessage.Report.class));

  private DepositCodec() {}

  /** The payload type of this message. */
  public static String type(DepositMessage message) {
    return PREFIX + switch (message) {
      case DepositMessage.Offer _ -> "offer";
      case DepositMessage.HeldReceipt _ -> "held";
      case DepositMessage.Released _ -> "released";
      case DepositMessage.Verdict _ -> "verdict";
      case DepositMessage.Collected _ -> "collected";
      case DepositMessage.Taken _ -> "taken";
      case DepositMessage.Settled _ -> "settlement";
      case DepositMessage.Round _ -> "round";
      case DepositMessage.Claim _ -> "claim";
      case DepositMessage.WithdrawAt _ -> "withdraw-at";
      case DepositMessage.Withdrawal _ -> "withdrawal";
      case DepositMessage.ClaimRefused _ -> "claim-refused";
      case DepositMessage.Paid _ -> "paid";
      case DepositMessage.Unclaimed _ -> "unclaimed";
      case DepositMessage.Repriced _ -> "repriced";
      case DepositMessage.Report _ -> "report";
    };
  }

  public static byte[] encode(DepositMessage message) {
    return Cbor.encode((Record) message);
  }

  /**
   * @return empty if the type is none of this module's, or one of a later version
   * @throws MalformedMessageException if the bytes are not exactly such a message
   */
  public static Optional<DepositMessage> decode(String type, byte[] payload) throws MalformedMessageException {
    if (!type.startsWith(PREFIX)) {
      return Optional.empty();
    }
    Class<? extends Record> known = TYPES.get(type.substring(PREFIX.length()));
    return known == null ? Optional.empty() : Optional.of((DepositMessage) Cbor.decode(payload, known));
  }
}
