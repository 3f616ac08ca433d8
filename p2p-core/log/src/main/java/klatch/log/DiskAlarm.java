package klatch.log;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows from a failed statement that the disk under the database is full, and tells whoever has to stop for it. Waiting
 * is no use then: every later write would fail too, and PostgreSQL itself may be down because its own log found no room.
 *
 * <p>Raised at most once, and it stays raised: the node stops, and the next one has an alarm of its own. Safe for any
 * number of threads.
 */
public final class DiskAlarm {
  /** PostgreSQL's own word for it. */
  private static final String DISK_FULL = "53100";
  /** Errors may be chained in a ring. */
  private static final int LONGEST_CHAIN = 10;

  private final Supplier<Optional<String>> shortage;
  private final List<Consumer<String>> listeners = new ArrayList<>();
  private @Nullable String raised;

  /** @param shortage says in words when the disk has no room left, if this node can see that disk */
  DiskAlarm(Supplier<Optional<String>> shortage) {
    this.shortage = shortage;
  }

  /** For a database whose disk nobody here can see: only what PostgreSQL says counts. */
  public static DiskAlarm unseen() {
    return new DiskAlarm(Optional::empty);
  }

  /** @param listener told once, with the reason as a sentence without its full stop; at once if it is raised already */
  public void listen(Consumer<String> listener) {
    String reason;
    synchronized (this) {
      listeners.add(listener);
      reason = raised;
    }
    if (reason != null) {
      listener.accept(reason);
    }
  }

  /**
   * Whether this failure came of a full disk, and why; raises the alarm if so. To be asked about failures of the
   * surroundings: the server is away, or refuses for want of resources.
   */
  public Optional<String> reason(SQLException failure) {
    Optional<String> reason = says(failure)
        ? Optional.of("the disk of the database is full: " + failure.getMessage())
        : shortage.get();
    reason.ifPresent(this::raise);
    return reason;
  }

  /** Whether PostgreSQL itself said that its disk is full. */
  static boolean says(SQLException failure) {
    SQLException link = failure;
    for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
      if (DISK_FULL.equals(link.getSQLState())) {
        return true;
      }
      link = link.getNextException();
    }
    return false;
  }

  private void raise(String reason) {
    List<Consumer<String>> toTell;
    synchronized (this) {
      if (raised != null) {
        return;
      }
      raised = reason;
      toTell = List.copyOf(listeners);
    }
    toTell.forEach(listener -> listener.accept(reason));
  }
}
