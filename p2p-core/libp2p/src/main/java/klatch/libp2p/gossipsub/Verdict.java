package klatch.libp2p.gossipsub;

/** What a validator says of a message (GossipSub 1.1, "Extended Validators"). */
public enum Verdict {
  /** Valid: delivered here and passed on. */
  ACCEPT,
  /** Invalid: dropped, and it counts against every peer that sent it (P4). */
  REJECT,
  /** Neither delivered nor passed on, and held against nobody. */
  IGNORE
}
