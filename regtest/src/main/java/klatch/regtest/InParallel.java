package klatch.regtest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The same work for many, a few at once. */
final class InParallel {
  /** Platform threads, because calls into native code would pin virtual ones. */
  private static final int THREADS = 8;

  private InParallel() {}

  /**
   * @return the results in the order of the inputs, when all have ended
   * @throws RuntimeException the first failure, when all have ended
   */
  static <T, R> List<R> map(List<T> inputs, Function<T, R> work) {
    List<R> results = new ArrayList<>();
    RuntimeException first = null;
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<R>> futures = inputs.stream().map(input -> threads.submit((Callable<R>) () -> work.apply(input)))
          .toList();
      for (Future<R> future : futures) {
        try {
          results.add(future.get());
        } catch (ExecutionException e) {
          RuntimeException failure = e.getCause() instanceof RuntimeException cause
              ? cause
              : new IllegalStateException(e.getCause());
          first = first == null ? failure : first;
        } catch (InterruptedException e) {
          threads.shutdownNow();
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
    return results;
  }
}
