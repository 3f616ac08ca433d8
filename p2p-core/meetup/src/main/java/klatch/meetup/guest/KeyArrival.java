package klatch.meetup.guest;

import java.util.Optional;
import klatch.log.DeviceId;
import klatch.log.Height;
import klatch.log.LogId;
import klatch.log.LogStore;
import klatch.meetup.LastAsGuest;

/**
 * Whether a node may take a guest's key for its own. Two writers of one log would make a fork, which shuts its person out:
 * so a node must have said nothing yet by a key of its own, and must hold all that was said by the guest's.
 */
public enum KeyArrival {
  /** It may. */
  READY,
  /** This node has said something by another key. */
  NOT_FRESH,
  /** The log's last entry, with which the guest's page ended it, is not here (yet). */
  UNREAD,
  /** Something was said after that entry, or the log is forked: the key is at another node already. */
  ELSEWHERE;

  /** @param self the key that the node has now */
  public static KeyArrival of(LogStore store, DeviceId self, DeviceId guest, LastAsGuest last) {
    if (store.topics().stream().anyMatch(topic -> store.heights(topic).containsKey(self))) {
      return NOT_FRESH;
    }
    if (store.forks(last.topic()).stream().anyMatch(fork -> fork.log().device().equals(guest))) {
      return ELSEWHERE;
    }
    long height = Optional.ofNullable(store.heights(last.topic()).get(guest)).map(Height::sequence).orElse(0L);
    if (height < last.sequence()) {
      return UNREAD;
    }
    var there = store.read(new LogId(guest, last.topic()), last.sequence(), 1);
    return height == last.sequence() && there.getFirst().id().equals(last.entry()) ? READY : ELSEWHERE;
  }
}
