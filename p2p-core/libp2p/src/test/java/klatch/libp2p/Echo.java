package klatch.libp2p;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The protocol that most tests speak: whatever comes goes back. */
public final class Echo {
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int PATIENCE_SECONDS = 10;

  private Echo() {
  }

  /** The handler's side. */
  public static void answer(Stream stream) throws IOException {
    byte[] buffer = new byte[CHUNK_BYTES];
    for (int n = stream.input().read(buffer); n >= 0; n = stream.input().read(buffer)) {
      stream.output().write(buffer, 0, n);
    }
  }

  /** Sends {@code bytes} while another thread reads, and gives what came back. */
  public static byte[] roundTrip(Stream stream, byte[] bytes) throws Exception {
    CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
      try {
        stream.output().write(bytes);
        stream.closeWrite();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }, task -> Thread.ofVirtual().start(task));
    byte[] back = stream.input().readAllBytes();
    writing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return back;
  }
}
