package klatch.libp2p.gossipsub;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody here who wants a topic's messages, with a thread and a queue of its own, so that a slow one harms nobody else. */
final class Subscriber {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
  /** Messages that may wait; past it the newest is dropped. */
  static final int WAITING = 4_096;

  private final Consumer<PubsubMessage> consumer;
  private final BlockingQueue<PubsubMessage> queue = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;

  Subscriber(String topic, Consumer<PubsubMessage> consumer) {
    this.consumer = consumer;
    this.thread = Thread.ofVirtual().name("subscriber-" + topic).start(this::run);
  }

  /** Never waits. */
  void offer(PubsubMessage message) {
    if (!queue.offer(message) && dropped.getAndIncrement() == 0) {
      LOG.warn("a subscriber of {} is too slow and misses messages", message.topic());
    }
  }

  private void run() {
    try {
      while (true) {
        PubsubMessage message = queue.take();
        try {
          consumer.accept(message);
        } catch (RuntimeException e) {
          LOG.warn("a subscriber of {} failed", message.topic(), e);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("subscriber ended");
    }
  }

  long dropped() {
    return dropped.get();
  }

  void close() {
    thread.interrupt();
  }
}
