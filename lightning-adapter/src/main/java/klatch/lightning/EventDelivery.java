package klatch.lightning;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import klatch.commitments.LightningEvent;
import klatch.commitments.LightningException;
import klatch.commitments.journal.CommitException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** How a node's events reach the one who watches it: nothing is told before somebody does, and what was not taken comes again. */
public final class EventDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(EventDelivery.class);
  /** A listener that threw is asked again after this long. */
  private static final long RETRY_MILLIS = 200;

  private final AtomicReference<@Nullable Consumer<LightningEvent>> listener = new AtomicReference<>();
  private final CountDownLatch watched = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);

  /** @throws IllegalStateException if somebody watches already */
  public void watch(Consumer<LightningEvent> consumer) {
    if (!listener.compareAndSet(null, consumer)) {
      throw new IllegalStateException("this node is being watched already");
    }
    watched.countDown();
  }

  public boolean isWatched() {
    return listener.get() != null;
  }

  /** Waits for somebody to watch. @return false if the node is closing before that */
  public boolean told(LightningEvent event) {
    try {
      watched.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    Consumer<LightningEvent> consumer = listener.get();
    if (consumer == null || closed()) {
      return false;
    }
    consumer.accept(event);
    return true;
  }

  /**
   * Tries again and again until the handling does not throw.
   *
   * @param what for the log
   * @return what the handling gave; false if the node is closing before that
   */
  public boolean atLast(String what, BooleanSupplier handling) {
    while (!closed()) {
      try {
        return handling.getAsBoolean();
      } catch (RuntimeException e) {
        LOG.atLevel(e instanceof LightningException || e instanceof CommitException ? Level.WARN : Level.ERROR)
            .setCause(e)
            .log("{} was not handled and comes again", what);
        pause(what);
      }
    }
    return false;
  }

  private void pause(String what) {
    try {
      if (closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("closing while {} waits", what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  public boolean closed() {
    return closing.getCount() == 0;
  }

  /** Lets everybody go who waits here. */
  public void close() {
    closing.countDown();
    watched.countDown();
  }
}
