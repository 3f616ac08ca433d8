package klatch.regtest.chain;

import fr.acinq.bitcoin.Script;
import fr.acinq.bitcoin.ScriptElt;
import java.util.Arrays;
import java.util.List;

/** The kinds of output script that the mempool tells apart, with Bitcoin Core's names for them. */
enum OutputType {
  PUBKEY("pubkey"), PUBKEY_HASH("pubkeyhash"), SCRIPT_HASH("scripthash"), DATA("nulldata"), WITNESS_KEY_HASH(
      "witness_v0_keyhash"), WITNESS_SCRIPT_HASH("witness_v0_scripthash"), TAPROOT("witness_v1_taproot"), ANCHOR(
          "anchor"), WITNESS_UNKNOWN("witness_unknown"), NONSTANDARD("nonstandard");

  private static final byte[] ANCHOR_SCRIPT = {0x51, 0x02, 0x4e, 0x73};
  private static final int OP_RETURN = 0x6a;
  private static final int OP_CHECKSIG = 0xac;

  private final String coreName;

  OutputType(String coreName) {
    this.coreName = coreName;
  }

  String coreName() {
    return coreName;
  }

  static OutputType of(byte[] script) {
    if (script.length > 0 && script[0] == OP_RETURN) {
      return pushesAfterReturn(script) ? DATA : NONSTANDARD;
    }
    if (Arrays.equals(script, ANCHOR_SCRIPT)) {
      return ANCHOR;
    }
    if (isPublicKey(script)) {
      return PUBKEY;
    }
    List<ScriptElt> parsed;
    try {
      parsed = Script.parse(script);
    } catch (RuntimeException e) {
      // The parser throws unchecked exceptions on a script that ends within a push.
      return NONSTANDARD;
    }
    if (Script.isPay2pkh(parsed)) {
      return PUBKEY_HASH;
    } else if (Script.isPay2sh(parsed)) {
      return SCRIPT_HASH;
    } else if (Script.isPay2wpkh(parsed)) {
      return WITNESS_KEY_HASH;
    } else if (Script.isPay2wsh(parsed)) {
      return WITNESS_SCRIPT_HASH;
    } else if (Script.isPay2tr(parsed)) {
      return TAPROOT;
    }
    Integer version = Script.getWitnessVersion(parsed);
    return version != null && version > 0 ? WITNESS_UNKNOWN : NONSTANDARD;
  }

  private static boolean pushesAfterReturn(byte[] script) {
    try {
      return Script.isPushOnly(Script.parse(Arrays.copyOfRange(script, 1, script.length)));
    } catch (RuntimeException e) {
      // As above: a script that ends within a push.
      return false;
    }
  }

  private static boolean isPublicKey(byte[] script) {
    boolean length = (script.length == 35 && script[0] == 33) || (script.length == 67 && script[0] == 65);
    return length && (script[script.length - 1] & 0xff) == OP_CHECKSIG;
  }
}
