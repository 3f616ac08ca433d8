package klatch.regtest.chain;

import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptFlags;
import fr.acinq.bitcoin.Transaction;
import fr.acinq.bitcoin.TxIn;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the scripts of inputs, and words what goes wrong as Bitcoin Core does. */
final class Scripts {
  /** What every block must meet on a chain where all soft forks are active from the start. */
  static final int CONSENSUS_FLAGS = ScriptFlags.SCRIPT_VERIFY_P2SH | ScriptFlags.SCRIPT_VERIFY_DERSIG
      | ScriptFlags.SCRIPT_VERIFY_NULLDUMMY | ScriptFlags.SCRIPT_VERIFY_CHECKLOCKTIMEVERIFY
      | ScriptFlags.SCRIPT_VERIFY_CHECKSEQUENCEVERIFY | ScriptFlags.SCRIPT_VERIFY_WITNESS
      | ScriptFlags.SCRIPT_VERIFY_TAPROOT;

  /** What the mempool wants on top. */
  static final int POLICY_FLAGS = ScriptFlags.STANDARD_SCRIPT_VERIFY_FLAGS;

  private static final String FALSE_AT_END = "Script evaluated without error but finished with a false/empty top stack element";

  /** The interpreter's words (their beginning) and Core's for the same failure. */
  private static final Map<String, String> WORDS = Map.ofEntries(
      Map.entry("Script verification failed, stack starts with", FALSE_AT_END),
      Map.entry("Failed requirement", FALSE_AT_END),
      Map.entry("OP_EQUALVERIFY failed", "Script failed an OP_EQUALVERIFY operation"),
      Map.entry("OP_CHECKSIGVERIFY failed", "Script failed an OP_CHECKSIGVERIFY operation"),
      Map.entry("OP_CHECKMULTISIGVERIFY failed", "Script failed an OP_CHECKMULTISIGVERIFY operation"),
      Map.entry("OP_NUMEQUALVERIFY failed", "Script failed an OP_NUMEQUALVERIFY operation"),
      Map.entry("OP_VERIFY failed", "Script failed an OP_VERIFY operation"),
      Map.entry("Signature must be zero for failed", "Signature must be zero for failed CHECK(MULTI)SIG operation"),
      Map.entry("witness program mismatch", "Witness program hash mismatch"),
      Map.entry("Invalid witness program, should have 2 items", "Witness program hash mismatch"),
      Map.entry("Witness program cannot be empty", "Witness program was passed an empty witness"),
      Map.entry("unsatisfied CLTV lock time", "Locktime requirement not satisfied"),
      Map.entry("unsatisfied CSV lock time", "Locktime requirement not satisfied"),
      Map.entry("CLTV lock time cannot be negative", "Negative locktime"),
      Map.entry("CSV lock time cannot be negative", "Negative locktime"),
      Map.entry("invalid signature encoding", "Non-canonical DER signature"),
      Map.entry("Malleated segwit script", "Witness requires empty scriptSig"),
      Map.entry("Invalid Schnorr signature", "Invalid Schnorr signature"),
      Map.entry("invalid Schnorr signature", "Invalid Schnorr signature"),
      Map.entry("multisig dummy is not empty", "Dummy CHECKMULTISIG argument must be zero"),
      Map.entry("signature script is not PUSH-only", "Only push operators allowed in signatures"));

  private Scripts() {}

  /** Core's words for what is wrong with the input, or empty if nothing is; the coins are all inputs', in order. */
  static Optional<String> failure(Transaction tx, int input, List<Coin> coins, int flags) {
    Coin coin = coins.get(input);
    TxIn in = tx.txIn.get(input);
    var context = new Script.Context(tx, input, coin.output().amount, coins.stream().map(Coin::output).toList());
    try {
      boolean ok = new Script.Runner(context, flags).verifyScripts(in.signatureScript, coin.output().publicKeyScript,
          in.witness);
      return ok ? Optional.empty() : Optional.of(FALSE_AT_END);
    } catch (RuntimeException e) {
      // The interpreter reports every script failure, and every malformed script, by an unchecked exception.
      return Optional.of(words(e));
    }
  }

  /** Which input it was, as Core's messages say it. */
  static String where(Transaction tx, int input) {
    return "input %d of %s (wtxid %s), spending %s:%d".formatted(input, tx.txid, Hashes.wtxid(tx),
        tx.txIn.get(input).outPoint.txid, tx.txIn.get(input).outPoint.index);
  }

  private static String words(RuntimeException e) {
    String message = String.valueOf(e.getMessage()).strip();
    return WORDS.entrySet().stream().filter(entry -> message.startsWith(entry.getKey())).map(Map.Entry::getValue)
        .findFirst().orElse(message);
  }
}
