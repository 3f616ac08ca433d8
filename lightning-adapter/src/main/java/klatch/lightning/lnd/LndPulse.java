package klatch.lightning.lnd;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks LND again and again how it is: tells new tips, and says once when it goes and once when it comes back. */
final class LndPulse implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LndPulse.class);

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final LndRest rest;
  private final Duration interval;
  private final IntConsumer onTip;
  private final Runnable onReturn;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread loop = Thread.ofVirtual().name("lnd-pulse").unstarted(this::run);
  private volatile JsonNode info;
  private int toldHeight = -1;
  private volatile @Nullable LndTrouble trouble;

  /**
   * @param first    an answer of LND's, seen just now
   * @param onReturn run when LND answers again after it had not
   */
  LndPulse(LndRest rest, JsonNode first, Duration interval, IntConsumer onTip, Runnable onReturn) {
    this.rest = rest;
    this.info = first;
    this.interval = interval;
    this.onTip = onTip;
    this.onReturn = onReturn;
  }

  static JsonNode info(LndRest rest) {
    return rest.get("/v1/getinfo");
  }

  void start() {
    loop.start();
  }

  /** LND's last word on itself, at most about an interval old while it answers. */
  JsonNode last() {
    return info;
  }

  boolean synced() {
    return info.path("synced_to_chain").asBoolean();
  }

  Optional<LndBlock> newestBlock() {
    JsonNode seen = info;
    String hash = seen.path("block_hash").asText();
    return seen.path("synced_to_chain").asBoolean() && HASH.matcher(hash).matches()
        ? Optional.of(new LndBlock(hash, seen.path("block_height").asInt()))
        : Optional.empty();
  }

  int height() {
    return info.path("block_height").asInt();
  }

  private void run() {
    try {
      do {
        beat();
      } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat() {
    try {
      info = info(rest);
      if (trouble != null) {
        LOG.info("LND answers again");
        trouble = null;
        onReturn.run();
      }
      int height = height();
      if (height != toldHeight) {
        toldHeight = height;
        onTip.accept(height);
      }
    } catch (LndException e) {
      LndTrouble before = trouble;
      trouble = e.trouble();
      if (before == null || !before.getClass().equals(e.trouble().getClass())) {
        LOG.warn("{}", e.getMessage());
      }
    } catch (RuntimeException e) {
      LOG.error("a tip of LND's could not be told", e);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      loop.join(LndRest.TIMEOUT.plus(interval));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
