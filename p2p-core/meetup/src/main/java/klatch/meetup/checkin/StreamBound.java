package klatch.meetup.checkin;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import klatch.libp2p.PeerId;

/** Counts the streams that are served at once, in all and for each peer. Safe for any number of threads. */
final class StreamBound {
  private final int most;
  private final int mostPerPeer;
  private final Map<PeerId, Integer> byPeer = new HashMap<>();
  private int all;

  StreamBound(int most, int mostPerPeer) {
    this.most = most;
    this.mostPerPeer = mostPerPeer;
  }

  /** @throws IOException if there are too many; then there is nothing to {@link #leave} */
  synchronized void enter(PeerId peer) throws IOException {
    int ofPeer = byPeer.getOrDefault(peer, 0);
    if (ofPeer >= mostPerPeer) {
      throw new IOException("more than " + mostPerPeer + " check-ins of one peer at once");
    }
    if (all >= most) {
      throw new IOException("more than " + most + " check-ins at once");
    }
    byPeer.put(peer, ofPeer + 1);
    all++;
  }

  synchronized void leave(PeerId peer) {
    byPeer.computeIfPresent(peer, (_, ofPeer) -> ofPeer == 1 ? null : ofPeer - 1);
    all--;
  }
}
