package klatch.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Limits;

/** Two sessions with the fuzzer as both their applications and as the network between them, which cuts the bytes anywhere. */
final class HonestSteps {
  private static final int MOST_STEPS = 150;
  private static final int MOST_STREAMS = 5;
  private static final int MOST_ROUNDS = 200;

  private final FuzzedDataProvider input;
  private final AtomicLong hostBytes = new AtomicLong();
  private final End client;
  private final End server;

  HonestSteps(FuzzedDataProvider input) {
    this.input = input;
    this.client = new End(true);
    this.server = new End(false);
  }

  void run() {
    for (int i = 0; i < MOST_STEPS && input.remainingBytes() > 0; i++) {
      End end = input.consumeBoolean() ? client : server;
      switch (input.consumeInt(0, 2)) {
        case 0 -> end.carry(input.consumeInt(1, 1 << 20), other(end));
        default -> end.application.step();
      }
      assertThat(client.stepped.session.isOpen()).as("%s", client.stepped.session.endReason()).isTrue();
      assertThat(server.stepped.session.isOpen()).as("%s", server.stepped.session.endReason()).isTrue();
    }
    finish();
  }

  private End other(End end) {
    return end == client ? server : client;
  }

  private void finish() {
    boolean quiet = false;
    for (int i = 0; i < MOST_ROUNDS && !quiet; i++) {
      client.application.finish();
      server.application.finish();
      quiet = client.carry(Integer.MAX_VALUE, server) + server.carry(Integer.MAX_VALUE, client) == 0;
    }
    assertThat(quiet).as("it becomes quiet").isTrue();
    assertThat(client.stepped.session.openStreams()).isZero();
    assertThat(server.stepped.session.openStreams()).isZero();
    assertThat(hostBytes).hasValue(0);
    client.stepped.session.close("the end");
    client.stepped.settle();
    client.carry(Integer.MAX_VALUE, server);
    assertThat(client.stepped.outputEnded()).isTrue();
    server.stepped.deliverEnd();
    client.stepped.deliverEnd();
    assertThat(client.stepped.over() && server.stepped.over()).isTrue();
    assertThat(server.stepped.session.endReason()).hasValue("the peer closed the connection");
  }

  /** A session, what its application has sent, and what is under way to the other one. */
  private final class End implements ApplicationSteps.Ledger {
    private final SteppedSession stepped;
    private final ApplicationSteps application;
    private final Map<Integer, Integer> sent = new HashMap<>();
    private final Map<Integer, Integer> received = new HashMap<>();
    private byte[] underWay = {};

    End(boolean isClient) {
      stepped = new SteppedSession(isClient, Limits.DEFAULT.withStreams(MOST_STREAMS, MOST_STREAMS), hostBytes);
      application = new ApplicationSteps(input, stepped, this);
    }

    /** Brings up to {@code most} bytes to the other end and says how many. */
    int carry(int most, End to) {
      byte[] news = stepped.takeWritten();
      byte[] all = Arrays.copyOf(underWay, underWay.length + news.length);
      System.arraycopy(news, 0, all, underWay.length, news.length);
      int count = Math.min(most, all.length);
      to.stepped.deliver(Arrays.copyOf(all, count));
      underWay = Arrays.copyOfRange(all, count, all.length);
      return count;
    }

    @Override
    public byte[] next(YamuxStream stream, int count) {
      byte[] bytes = new byte[count];
      int at = sent.getOrDefault(stream.id(), 0);
      for (int i = 0; i < count; i++) {
        bytes[i] = pattern(stream.id(), at + i);
      }
      return bytes;
    }

    @Override
    public void wrote(YamuxStream stream, byte[] bytes, boolean all) {
      if (all) {
        sent.merge(stream.id(), bytes.length, Integer::sum);
      } else {
        // Who knows how much of it: nothing more is written there.
        stream.close();
      }
    }

    @Override
    public void read(YamuxStream stream, byte[] bytes, int count) {
      int at = received.getOrDefault(stream.id(), 0);
      for (int i = 0; i < count; i++) {
        if (bytes[i] != pattern(stream.id(), at + i)) {
          throw new AssertionError("byte " + (at + i) + " of stream " + stream.id() + " is another one");
        }
      }
      received.put(stream.id(), at + count);
    }

    private static byte pattern(int id, int at) {
      return (byte) (31 * id + at + (at >> 8));
    }
  }
}
