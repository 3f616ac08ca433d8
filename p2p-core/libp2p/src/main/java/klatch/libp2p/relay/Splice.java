package klatch.libp2p.relay;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import klatch.libp2p.Stream;

/** Two streams made one: what comes out of each goes into the other, until both have ended or the limit is reached. */
final class Splice {
  private final Stream one;
  private final Stream other;
  private final CircuitLimit limit;
  private final CountDownLatch ended = new CountDownLatch(2);

  Splice(Stream one, Stream other, CircuitLimit limit) {
    this.one = one;
    this.other = other;
    this.limit = limit;
  }

  /** Blocks until it is over; past a limit, or when either side fails, both streams are reset. */
  void run() throws InterruptedException {
    Thread.ofVirtual().name("relay-there").start(() -> copy(one, other));
    Thread.ofVirtual().name("relay-back").start(() -> copy(other, one));
    if (limit.duration().isZero()) {
      ended.await();
    } else if (!ended.await(limit.duration().toMillis(), TimeUnit.MILLISECONDS)) {
      resetBoth();
    }
  }

  private void copy(Stream from, Stream to) {
    byte[] buffer = new byte[RelayLimits.BUFFER_BYTES];
    long left = limit.bytes() == 0 ? Long.MAX_VALUE : limit.bytes();
    try {
      for (int n = from.input().read(buffer); n >= 0; n = from.input().read(buffer)) {
        left -= n;
        if (left < 0) {
          throw new IOException("more than " + limit.bytes() + " bytes in one direction");
        }
        to.output().write(buffer, 0, n);
      }
      to.closeWrite();
    } catch (IOException | RuntimeException e) {
      resetBoth();
    } finally {
      ended.countDown();
    }
  }

  private void resetBoth() {
    one.reset();
    other.reset();
  }
}
