package klatch.libp2p.host;

import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last inbound connections that did not come about, for whoever asks why nobody connects. Safe for any thread. */
public final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int KEPT = 32;

  private final ArrayDeque<String> last = new ArrayDeque<>();

  public void add(String from, String reason) {
    LOG.debug("refused a connection from {}: {}", from, reason);
    synchronized (last) {
      if (last.size() == KEPT) {
        last.removeFirst();
      }
      last.addLast(from + ": " + reason);
    }
  }

  /** Oldest first. */
  public List<String> list() {
    synchronized (last) {
      return List.copyOf(last);
    }
  }
}
