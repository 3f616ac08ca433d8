package klatch.commitments;

import java.util.List;

/**
 * How much a Lightning node can take and send now. A promise of nothing: the next payment changes it.
 *
 * @param toHold  what can still be held of others, over all usable channels
 * @param slots   how many HTLCs can still be held: each deposit occupies one until it is decided
 * @param toPay   what can be sent, over all usable channels
 * @param channels what each usable channel can still take
 */
public record Room(Msat toHold, int slots, Msat toPay, List<Space> channels) {
  /** What BOLT 2 allows in one direction of a channel. */
  public static final int SLOTS_PER_CHANNEL = 483;

  /** One channel's share. */
  public record Space(Msat toHold, int slots) {}

  /** @param status of a node whose channels may be filled up with HTLCs, as an organiser's are */
  public static Room of(Lightning.NodeStatus status) {
    List<Lightning.Channel> usable = status.channels().stream().filter(Lightning.Channel::usable).toList();
    List<Space> spaces = usable.stream()
        .map(channel -> new Space(channel.canReceive(), Math.max(0, SLOTS_PER_CHANNEL - channel.pendingHtlcs())))
        .toList();
    return new Room(spaces.stream().map(Space::toHold).reduce(Msat.ZERO, Msat::plus),
        spaces.stream().mapToInt(Space::slots).sum(),
        usable.stream().map(Lightning.Channel::canSend).reduce(Msat.ZERO, Msat::plus), spaces);
  }

  /** How many deposits of this size can be held besides those that are held now, each whole in one channel. */
  public int deposits(Msat each) {
    if (each.value() <= 0) {
      throw new IllegalArgumentException("a deposit is above zero, not " + each);
    }
    return channels.stream().mapToInt(
        space -> (int) Math.min(space.slots(), space.toHold().value() / each.value())).sum();
  }

  /** What to do when nothing more can be held; empty if there is room. */
  public String advice() {
    if (channels.isEmpty()) {
      return "no channel can be used: open one (klatch channel open NODEID@HOST:PORT SAT --push-sat SAT), or wait for its blocks";
    }
    if (slots == 0) {
      return "every channel holds as many deposits as the protocol allows (" + SLOTS_PER_CHANNEL
          + " each): open another channel, or decide some of those that are held";
    }
    if (toHold.equals(Msat.ZERO)) {
      return "all that is in your channels is yours already, so nobody can pay you: ask a peer to open a channel to you, buy"
          + " one (klatch channel buy), open one and push a part of it (--push-sat), or pay some of it to somebody";
    }
    return "";
  }
}
