package klatch.libp2p.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Topic;

/** Keeps 64 messages of 1 KiB on their way from one topic to all the receivers, which put what they get into one queue. One thread uses it. */
final class GossipFlow {
  private static final int BYTES = 1024;
  private static final int WINDOW = 64;
  private static final Duration LOST = Duration.ofSeconds(20);

  private final Topic topic;
  private final BlockingQueue<Topic.Message> arrived;
  private final int receivers;
  private final Map<Long, Integer> missing = new HashMap<>();
  private long next;

  /** What was measured: messages that all receivers have, and deliveries, which are those of messages under way too. */
  record Speed(double perSecond, long deliveries) {
  }

  GossipFlow(Topic topic, BlockingQueue<Topic.Message> arrived, int receivers) {
    this.topic = topic;
    this.arrived = arrived;
    this.receivers = receivers;
  }

  private void publish() {
    missing.put(next, receivers);
    topic.publish(ByteBuffer.allocate(BYTES).putLong(0, next).array());
    next++;
  }

  Speed run(Duration span) throws InterruptedException {
    long begun = System.nanoTime();
    long deliveries = 0;
    int done = 0;
    while (missing.size() < WINDOW) {
      publish();
    }
    while (System.nanoTime() - begun < span.toNanos()) {
      Topic.Message message = arrived.poll(LOST.toMillis(), TimeUnit.MILLISECONDS);
      if (message == null) {
        throw new IllegalStateException(missing.size() + " messages never arrived everywhere");
      }
      deliveries++;
      if (missing.merge(ByteBuffer.wrap(message.data()).getLong(), -1, Integer::sum) == 0) {
        missing.remove(ByteBuffer.wrap(message.data()).getLong());
        done++;
        publish();
      }
    }
    return new Speed(done / ((System.nanoTime() - begun) / 1e9), deliveries);
  }
}
