package klatch.libp2p.gossipsub;

/**
 * What became of a message of one's own.
 *
 * @param peers how many peers it was sent to at once; others may hear of it by gossip
 * @param duplicate whether it was not sent because a message with this id was seen of late
 */
public record Published(MessageId id, int peers, boolean duplicate) {
}
