package klatch.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import klatch.libp2p.Limits;
import klatch.libp2p.MalformedMessageException;

/** One session and a peer that the fuzzer plays. It keeps its own books of both windows of every stream, from the wire alone. */
final class HostileSteps implements ApplicationSteps.Ledger {
  private static final int MOST_STEPS = 150;
  private static final int MOST_STREAMS = 6;
  private static final int HIGHEST_ID = 12;
  private static final int MOST_PAYLOAD_BYTES = 300_000;
  private static final int MOST_RAW_BYTES = 64;
  private static final int ANY_FLAGS = 0x1f;
  private static final long TICK_NANOS = 45_000_000_000L;

  private final FuzzedDataProvider input;
  /** What other connections of the host hold; near enough to its bound that this one reaches it. */
  private final long others;
  private final AtomicLong hostBytes;
  private final SteppedSession end;
  private final ApplicationSteps application;
  /** What the peer may still send on a stream, and what it has let us send. */
  private final Map<Integer, Long> mayReceive = new HashMap<>();
  private final Map<Integer, Long> maySend = new HashMap<>();
  /** Whether these books are right: raw bytes may be anything. */
  private boolean booked = true;

  HostileSteps(FuzzedDataProvider input) {
    this.input = input;
    this.others = Limits.BUFFERED_PER_HOST_BYTES - input.consumeLong(0, 4L * Limits.INITIAL_WINDOW_BYTES);
    this.hostBytes = new AtomicLong(others);
    this.end = new SteppedSession(input.consumeBoolean(),
        Limits.DEFAULT.withStreams(MOST_STREAMS, MOST_STREAMS), hostBytes);
    this.application = new ApplicationSteps(input, end, this);
  }

  void run() {
    for (int i = 0; i < MOST_STEPS && input.remainingBytes() > 0; i++) {
      switch (input.consumeInt(0, 9)) {
        case 0, 1, 2, 3 -> frame();
        case 4, 5, 6, 7 -> application.step();
        case 8 -> {
          booked = false;
          end.deliver(input.consumeBytes(MOST_RAW_BYTES));
        }
        default -> rare();
      }
      end.settle();
      readWire();
      assertThat(hostBytes.get()).isBetween(others, (long) Limits.BUFFERED_PER_HOST_BYTES + Limits.FAIR_SHARE_BYTES);
      assertThat(end.session.budget().bufferedBytes()).isBetween(0L, (long) Limits.BUFFERED_PER_CONNECTION_BYTES);
      assertThat(end.session.openStreams()).isLessThanOrEqualTo(3 * MOST_STREAMS);
    }
    finish();
  }

  private void rare() {
    switch (input.consumeInt(0, 4)) {
      case 0 -> end.session.tick(System.nanoTime() + input.consumeLong(0, TICK_NANOS));
      case 1 -> end.session.close("as the fuzzer says");
      case 2 -> end.deliverEnd();
      case 3 -> end.session.kill("as the fuzzer says");
      default -> end.session.roundTripNanos();
    }
  }

  /** A frame of any kind, mostly for a stream that there is. */
  private void frame() {
    int type = input.consumeInt(0, YamuxFrame.GO_AWAY + 1);
    int flags = input.consumeInt(0, 3) == 0 ? input.consumeInt(0, ANY_FLAGS) : 0;
    int id = input.consumeInt(0, HIGHEST_ID);
    boolean data = type == YamuxFrame.DATA;
    long length = data ? input.consumeInt(0, MOST_PAYLOAD_BYTES) : input.consumeLong(0, 0xffffffffL);
    byte[] bytes = new byte[YamuxFrame.HEADER_BYTES + (data ? (int) length : 0)];
    new YamuxFrame(type, flags, id, length).write(bytes, 0);
    boolean served = end.session.isOpen() && end.session.stream(id) != null;
    if (!served && (flags & YamuxFrame.SYN) != 0) {
      mayReceive.remove(id);
      maySend.remove(id);
    }
    long window = mayReceive.getOrDefault(id, (long) Limits.INITIAL_WINDOW_BYTES);
    if (data) {
      mayReceive.put(id, window - length);
    } else if (type == YamuxFrame.WINDOW_UPDATE) {
      maySend.merge(id, length, Long::sum);
    }
    end.deliver(bytes);
    if (booked && data && served && (flags & YamuxFrame.RST) == 0 && length > window) {
      assertThat(end.session.isOpen()).as("open after %s bytes on a window of %s", length, window).isFalse();
    }
  }

  /** Takes what the session wrote apart and enters it. */
  private void readWire() {
    byte[] wire = end.takeWritten();
    try {
      for (int at = 0; at < wire.length;) {
        YamuxFrame frame = YamuxFrame.read(wire, at);
        at += YamuxFrame.HEADER_BYTES;
        if (frame.type() == YamuxFrame.DATA) {
          at += (int) frame.length();
          long left = maySend.getOrDefault(frame.streamId(), 0L) + Limits.INITIAL_WINDOW_BYTES - frame.length();
          assertThat(booked ? left : 0).as("what is left of the window of stream %s", frame.streamId()).isNotNegative();
          maySend.merge(frame.streamId(), -frame.length(), Long::sum);
        } else if (frame.type() == YamuxFrame.WINDOW_UPDATE && !frame.has(YamuxFrame.RST)) {
          mayReceive.merge(frame.streamId(), Limits.INITIAL_WINDOW_BYTES + frame.length(),
              (before, now) -> before + frame.length());
        }
      }
    } catch (MalformedMessageException e) {
      throw new AssertionError("the session writes what cannot be read", e);
    }
  }

  private void finish() {
    end.session.close("the end");
    end.deliverEnd();
    application.finish();
    assertThat(end.over()).isTrue();
    assertThat(end.timesEnded()).isEqualTo(1);
    assertThat(end.session.openStreams()).isZero();
    assertThat(end.session.budget().bufferedBytes()).isZero();
    assertThat(hostBytes.get()).isEqualTo(others);
    assertThat(end.session.budget().grow(Limits.WINDOW_GROWTH_PER_CONNECTION_BYTES)).as("all growth given back")
        .isTrue();
  }

  @Override
  public void wrote(YamuxStream stream, byte[] bytes, boolean all) {
    // The wire says it.
  }

  @Override
  public void read(YamuxStream stream, byte[] bytes, int count) {
    // What the peer sends is all zeros or whatever it was.
  }

  @Override
  public byte[] next(YamuxStream stream, int count) {
    return new byte[count];
  }
}
