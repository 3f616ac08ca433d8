package klatch.libp2p.yamux;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What applications do with the streams of a session, as a fuzzer says. Nothing here waits. */
final class ApplicationSteps {
  private static final int MOST_BYTES = 300_000;
  /** Long enough to count, so that an operation which would have to wait fails instead. */
  private static final Duration AT_ONCE = Duration.ofNanos(1);

  /** What is told of bytes that an application has sent or received. */
  interface Ledger {
    void wrote(YamuxStream stream, byte[] bytes, boolean all);

    void read(YamuxStream stream, byte[] bytes, int count);

    /** Bytes to write next. */
    byte[] next(YamuxStream stream, int count);
  }

  private final FuzzedDataProvider input;
  private final SteppedSession end;
  private final Ledger ledger;
  private final List<YamuxStream> opened = new ArrayList<>();
  private final Set<YamuxStream> handled = new HashSet<>();
  private final Set<YamuxStream> reset = new HashSet<>();

  ApplicationSteps(FuzzedDataProvider input, SteppedSession end, Ledger ledger) {
    this.input = input;
    this.end = end;
    this.ledger = ledger;
  }

  /** Every stream that an application has got, also those that are over. */
  List<YamuxStream> all() {
    List<YamuxStream> all = new ArrayList<>(opened);
    all.addAll(end.inbound);
    return all;
  }

  void step() {
    List<YamuxStream> all = all();
    if (all.isEmpty() || input.consumeInt(0, 7) == 0) {
      open();
      return;
    }
    YamuxStream stream = all.get(input.consumeInt(0, all.size() - 1));
    stream.timeout(AT_ONCE);
    try {
      switch (input.consumeInt(0, 7)) {
        case 0, 1 -> {
          byte[] bytes = new byte[input.consumeInt(1, MOST_BYTES)];
          int count = stream.read(bytes, 0, bytes.length);
          ledger.read(stream, bytes, Math.max(0, count));
        }
        case 2, 3 -> write(stream);
        case 4 -> stream.closeWrite();
        case 5 -> stream.close();
        case 6 -> {
          stream.reset("as the fuzzer says");
          reset.add(stream);
        }
        default -> letGo(stream);
      }
    } catch (IOException e) {
      // It would have to wait, or the stream is over.
    }
    end.settle();
  }

  private void open() {
    try {
      opened.add(end.session.open(Duration.ZERO));
    } catch (IOException e) {
      // No more of them.
    }
  }

  private void write(YamuxStream stream) throws IOException {
    byte[] bytes = ledger.next(stream, input.consumeInt(1, MOST_BYTES));
    boolean all = false;
    try {
      stream.write(bytes, 0, bytes.length);
      all = true;
    } finally {
      ledger.wrote(stream, bytes, all);
    }
  }

  /** Every handler ends and lets go of its stream. */
  void finish() {
    all().forEach(this::letGo);
    end.settle();
  }

  /** Who has reset a stream need not close it too. */
  private void letGo(YamuxStream stream) {
    if (!reset.contains(stream)) {
      stream.close();
    }
    if (stream.inbound() && handled.add(stream)) {
      end.session.inboundHandled(stream);
    }
  }
}
