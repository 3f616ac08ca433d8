package klatch.web.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/status}.
 *
 * @param network   regtest, signet or mainnet
 * @param person    this person's id, 64 hex digits
 * @param listen    multiaddrs at which others reach this node, the peer id included
 * @param nowMillis the node's clock, milliseconds since 1970; ahead of the machine's in a rehearsal
 * @param unseen    notices that this person has not seen
 * @param lightning absent when the node runs without Lightning, or while that starts
 */
public record NodeStatus(String version, String network, String peerId, String person, @Nullable String nickname,
    List<String> listen, List<Peer> peers, long nowMillis, int unseen,
    @Nullable Lightning lightning) {

  public record Peer(String peerId, String address) {}

  /**
   * @param nodeId  33 bytes as hex
   * @param address host:port at which Lightning peers reach the node
   * @param reserve absent where an LND keeps one by itself
   * @param chain   what is wrong with the source of the chain and what helps; absent if nothing is
   */
  public record Lightning(String nodeId, String address, int height, long balanceMsat, List<Channel> channels,
      Room room, @Nullable Reserve reserve, @Nullable String chain) {}

  /**
   * Bitcoin on the chain that closing channels may need for their fees.
   *
   * @param advice what to do when there is too little; empty if there is enough
   */
  public record Reserve(int anchorChannels, long neededSat, long confirmedSat, String advice) {}

  /**
   * What the usable channels can take and send now, together.
   *
   * @param toHoldMsat what can still be held of others, in deposits
   * @param slots      how many deposits can still be held, whatever their size
   * @param advice     what to do when there is no room; empty if there is
   */
  public record Room(long toHoldMsat, int slots, long toPayMsat, String advice) {}

  /** The amounts are those of the port's channel: what is ours, and the largest HTLC each way now. */
  public record Channel(String id, String peer, long capacityMsat, long oursMsat, long canSendMsat,
      long canReceiveMsat, boolean usable, int pendingHtlcs) {}
}
