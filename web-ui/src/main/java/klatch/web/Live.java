package klatch.web;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import klatch.log.LogStore;
import klatch.log.TopicId;
import klatch.web.wire.LiveLine;
import klatch.web.wire.PublicCode;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Tells open pages what has changed, as server-sent events (docs/spec/local-api.md, "Live"). Each page has a thread that
 * writes; what a slow page has not been told yet is a set of groups and two flags, so it never grows.
 */
final class Live implements AutoCloseable {
  /** Pages that listen at once; one more is refused and asks by itself now and then. */
  static final int LISTENERS = 24;
  /** How often the line about the peers is looked at. */
  private static final Duration LOOK = Duration.ofSeconds(1);
  /** Said so often even if nothing changes, well within the connection's patience. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Supplier<LiveLine> line;
  private final LogStore.Subscription subscription;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  Live(NodeControl node, NoticeBoard board, Supplier<LiveLine> line) {
    this.line = line;
    this.subscription = node.follow(topics -> listeners.forEach(listener -> listener.changed(topics)));
    board.listen(new NoticeBoard.Listener() {
      @Override
      public void noticed() {
        listeners.forEach(listener -> listener.also(listener.noticed));
      }

      @Override
      public void moved() {
        listeners.forEach(listener -> listener.also(listener.moved));
      }
    });
  }

  /** What one page has not been told yet. */
  private static final class Listener {
    private final Set<TopicId> news = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean moved = new AtomicBoolean();
    private final AtomicBoolean noticed = new AtomicBoolean();
    private final Semaphore there = new Semaphore(0);

    void changed(Set<TopicId> topics) {
      news.addAll(topics);
      there.release();
    }

    void also(AtomicBoolean news) {
      news.set(true);
      there.release();
    }

    /** Waits for news, at most so long. */
    LiveLine.Changed take(Duration most) throws InterruptedException {
      if (there.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
        there.drainPermits();
      }
      var taken = Set.copyOf(news);
      news.removeAll(taken);
      return new LiveLine.Changed(taken.stream().map(TopicId::toString).sorted().toList(), moved.getAndSet(false),
          noticed.getAndSet(false));
    }
  }

  /** Writes until the page is gone or the node stops. */
  void tell(Response response) throws IOException {
    var listener = new Listener();
    listeners.add(listener);
    try {
      if (listeners.size() > LISTENERS) {
        throw new PublicException(PublicCode.UNAVAILABLE, "more than " + LISTENERS + " pages listen at once");
      }
      var headers = response.getHeaders();
      headers.put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
      headers.put(HttpHeader.CACHE_CONTROL, "no-store");
      headers.put("X-Content-Type-Options", "nosniff");
      response.setStatus(200);
      try (var out = Content.Sink.asOutputStream(response)) {
        write(listener, out);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      listeners.remove(listener);
    }
  }

  private void write(Listener listener, OutputStream out) throws IOException, InterruptedException {
    @Nullable
    LiveLine last = null;
    long lastNanos = 0;
    while (!closed) {
      var now = line.get();
      long passedNanos = System.nanoTime() - lastNanos;
      if (last == null || !now.saysTheSame(last, passedNanos / 1_000_000) || passedNanos >= HEARTBEAT.toNanos()) {
        event(out, "line", Json.bytes(now));
        last = now;
        lastNanos = System.nanoTime();
      }
      var changed = listener.take(LOOK);
      if (!changed.groups().isEmpty() || changed.money() || changed.notices()) {
        event(out, "changed", Json.bytes(changed));
      }
    }
  }

  private static void event(OutputStream out, String name, byte[] data) throws IOException {
    out.write(("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    out.write(data);
    out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Every page is let go within a moment. */
  @Override
  public void close() {
    closed = true;
    subscription.close();
    listeners.forEach(listener -> listener.changed(Set.of()));
  }
}
