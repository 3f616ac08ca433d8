package klatch.libp2p.interop;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The running peers of one library, started when first needed and shared by the trials. */
final class Strangers implements AutoCloseable {
  static final String TCP = "/ip4/127.0.0.1/tcp/0";
  static final String WS = "/ip4/127.0.0.1/tcp/0/ws";
  static final String KAD_PREFIX = "/klatch-test";

  private final Library library;
  private final Map<List<String>, Stranger> running = new HashMap<>();

  Strangers(Library library) {
    this.library = library;
  }

  Library library() {
    return library;
  }

  /** One that listens on TCP and WebSocket, with Noise and all protocols. */
  Stranger usual() throws IOException, InterruptedException {
    return with("--kad", KAD_PREFIX, "--relay", "--autonat");
  }

  /** One with these options besides listening on TCP and WebSocket. */
  synchronized Stranger with(String... options) throws IOException, InterruptedException {
    List<String> key = List.of(options);
    Stranger stranger = running.get(key);
    if (stranger == null) {
      String[] all = Arrays.copyOf(options, options.length + 4);
      System.arraycopy(new String[]{"--listen", TCP, "--listen", WS}, 0, all, options.length, 4);
      stranger = Stranger.start(library, all);
      running.put(key, stranger);
    }
    return stranger;
  }

  @Override
  public synchronized void close() {
    running.values().forEach(Stranger::close);
    running.clear();
  }
}
