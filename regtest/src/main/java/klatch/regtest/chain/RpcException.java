package klatch.regtest.chain;

/** A JSON-RPC error, with Bitcoin Core's code and wording: what a node answered, or what ours is to answer. */
public final class RpcException extends RuntimeException {
  /** Codes as in Bitcoin Core's rpc/protocol.h. */
  static final int MISC = -1;
  static final int WRONG_TYPE = -3;
  static final int NOT_FOUND = -5;
  static final int BAD_PARAMETER = -8;
  static final int BAD_ENCODING = -22;
  static final int MISSING_INPUTS = -25;
  static final int REJECTED = -26;
  static final int ALREADY_IN_CHAIN = -27;
  static final int METHOD_NOT_FOUND = -32601;
  static final int PARSE_ERROR = -32700;

  private static final long serialVersionUID = 1L;

  private final int code;

  public RpcException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
