package klatch.regtest.chain;

/** A transaction that the chain or its mempool does not take. Reasons and details are worded as Bitcoin Core words them. */
final class TxRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String reason;
  private final String detail;

  TxRefused(Kind kind, String reason, String detail) {
    super(text(reason, detail));
    this.kind = kind;
    this.reason = reason;
    this.detail = detail;
  }

  static TxRefused rule(String reason) {
    return new TxRefused(Kind.RULE, reason, "");
  }

  static TxRefused rule(String reason, String detail) {
    return new TxRefused(Kind.RULE, reason, detail);
  }

  /** Reason and detail as sendrawtransaction shows them. */
  String text() {
    return text(reason, detail);
  }

  private static String text(String reason, String detail) {
    return detail.isEmpty() ? reason : reason + ", " + detail;
  }

  Kind kind() {
    return kind;
  }

  String reason() {
    return reason;
  }

  enum Kind {
    /** An input is not there, or is spent. */
    MISSING_INPUTS,
    /** The mempool holds this very transaction. */
    IN_MEMPOOL,
    /** Some output of it is in the UTXO set: it has been mined. */
    IN_CHAIN,
    /** Any other rule of consensus or policy. */
    RULE
  }
}
