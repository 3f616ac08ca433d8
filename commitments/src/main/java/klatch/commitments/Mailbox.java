package klatch.commitments;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One virtual thread that does what it is handed, one thing after another: the owner of one event's state. */
final class Mailbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  private final BlockingQueue<Runnable> letters = new LinkedBlockingQueue<>();
  private final AtomicBoolean tickWaiting = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean closed;

  Mailbox(String name) {
    thread = Thread.ofVirtual().name(name).start(this::work);
  }

  /** Has it done some time soon. A tick that waits already stands for this one too. */
  void tick(Runnable tick) {
    if (tickWaiting.compareAndSet(false, true)) {
      letters.add(() -> {
        tickWaiting.set(false);
        tick.run();
      });
    }
  }

  /** Has it done and waits for the answer; what it throws comes out here. */
  <T> T ask(Supplier<T> question) {
    FutureTask<T> task = new FutureTask<>(question::get);
    letters.add(task);
    if (closed) {
      task.cancel(false);
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
    }
  }

  private void work() {
    while (!closed) {
      try {
        letters.take().run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("{} failed; it will be tried again", thread.getName(), e);
      }
    }
  }

  /** Ends after what is being done now; whoever waits for an answer is told. */
  @Override
  public void close() {
    closed = true;
    letters.add(() -> {
    });
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (Runnable letter = letters.poll(); letter != null; letter = letters.poll()) {
      if (letter instanceof FutureTask<?> task) {
        task.cancel(false);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
