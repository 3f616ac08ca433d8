package klatch.cli.node;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import klatch.web.ApiParts.MoneyState;

/** The node's money while it starts on a thread of its own, and from then on. Safe for any number of threads. */
final class StartingMoney implements AutoCloseable {
  private final CompletableFuture<NodeMoney> money = new CompletableFuture<>();
  private volatile boolean closing;

  private StartingMoney() {}

  /**
   * @param start   blocks until it runs
   * @param failing called when it cannot; {@link #failure} is there by then
   */
  static StartingMoney begin(Supplier<NodeMoney> start, Runnable failing) {
    var starting = new StartingMoney();
    // The native library blocks the thread that calls it.
    Thread.ofPlatform().name("lightning-start").daemon().start(() -> {
      try {
        starting.money.complete(start.get());
      } catch (RuntimeException | Error e) {
        starting.money.completeExceptionally(e);
        failing.run();
      }
    });
    return starting;
  }

  /**
   * Waits until it runs.
   *
   * @throws RuntimeException why it cannot
   */
  NodeMoney running() {
    try {
      return money.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** It, once it runs. */
  Optional<NodeMoney> now() {
    return money.isDone() && !money.isCompletedExceptionally() ? Optional.of(money.join()) : Optional.empty();
  }

  /** Why it does not run, if it never will. */
  Optional<RuntimeException> failure() {
    return switch (money.state()) {
      case RUNNING, SUCCESS -> Optional.empty();
      case FAILED, CANCELLED -> Optional.of(money.exceptionNow() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(money.exceptionNow()));
    };
  }

  /** @param meanwhile until it runs, and once it is being closed */
  MoneyState forApi(MoneyState meanwhile) {
    return closing ? meanwhile : now().map(NodeMoney::forApi).orElse(meanwhile);
  }

  /** A start that is under way is waited for, and undone. */
  @Override
  public void close() {
    closing = true;
    try {
      running().close();
    } catch (RuntimeException e) {
      if (failure().isEmpty()) {
        throw e;
      }
    }
  }
}
