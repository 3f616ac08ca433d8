package klatch.lightning.chain;

/** The network does not take a transaction: sending it again as it is does not help. */
final class TransactionRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TransactionRefusedException(String reason) {
    super(reason);
  }
}
