package klatch.libp2p.host;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A host's virtual threads. Once it is closed, nothing new is begun. Safe for any thread. */
public final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  private final ExecutorService threads = Executors
      .newThreadPerTaskExecutor(Thread.ofVirtual().name("libp2p-", 0).factory());

  /** Who wants to be told of something; each is told on a thread of its own. */
  public final class Listeners<T> {
    private final List<Consumer<T>> all = new CopyOnWriteArrayList<>();

    public void add(Consumer<T> listener) {
      all.add(listener);
    }

    public void tell(T news) {
      all.forEach(listener -> execute(() -> listener.accept(news)));
    }
  }

  public void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("not run, the host is closed");
    }
  }

  /** Begins nothing any more. */
  public void shutdown() {
    threads.shutdown();
  }

  /** Whether all of them end within this time. */
  public boolean ended(Duration within) {
    try {
      return threads.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
