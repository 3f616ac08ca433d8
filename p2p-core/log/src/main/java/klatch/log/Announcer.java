package klatch.log;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners of one store what was committed, in order, on one virtual thread of its own. */
final class Announcer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

  private final List<LogStore.Listener> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Consumer<LogStore.Listener>> news = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  Announcer() {
    Thread.ofVirtual().name("log-announcer").start(this::tell);
  }

  LogStore.Subscription subscribe(LogStore.Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Called in commit order, by one thread at a time. */
  void arrived(List<Arrival> arrivals) {
    List<Arrival> copy = List.copyOf(arrivals);
    if (!copy.isEmpty()) {
      news.add(listener -> listener.arrived(copy));
    }
  }

  void forked(ForkProof proof) {
    news.add(listener -> listener.forked(proof));
  }

  private void tell() {
    while (!closed) {
      Consumer<LogStore.Listener> piece;
      try {
        piece = news.take();
      } catch (InterruptedException e) {
        return;
      }
      for (LogStore.Listener listener : listeners) {
        try {
          piece.accept(listener);
        } catch (RuntimeException e) {
          LOG.error("a listener of the log failed; the others go on", e);
        }
      }
    }
  }

  /** Ends after the piece that is being told; an interrupt would hurt a listener that is at the database. */
  @Override
  public void close() {
    closed = true;
    news.add(listener -> {
    });
  }
}
