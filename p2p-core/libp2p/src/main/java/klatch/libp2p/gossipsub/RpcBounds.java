package klatch.libp2p.gossipsub;

/** What one RPC may hold. Past any of these it is malformed and its stream is reset. */
public final class RpcBounds {
  /** Longest RPC read; go and js send up to this. */
  public static final int RPC_BYTES = 1024 * 1024;
  /** Longest RPC written as long as its parts can be divided: rust reads no longer one. */
  public static final int SENT_RPC_BYTES = 64 * 1024 - 256;
  /** Largest payload that can be published: it fits into one RPC with author, number, topic, signature and key. */
  public static final int DATA_BYTES = RPC_BYTES - 4096;
  /** Longest topic name in UTF-8. */
  public static final int TOPIC_BYTES = 1024;
  /** Subscriptions in one RPC; js sends up to 5,000. */
  static final int SUBSCRIPTIONS = 5_000;
  /** Messages in one RPC. */
  static final int MESSAGES = 5_000;
  /** Message ids in all IHAVE, IWANT and IDONTWANT of one RPC; js sends up to 5,000 of a kind. */
  static final int IDS = 15_000;
  /** Control messages in one RPC, of all kinds; one GRAFT or PRUNE for each topic is usual. */
  static final int CONTROLS = 5_000;

  private RpcBounds() {
  }
}
