package klatch.libp2p.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * A foreign libp2p node in a process of its own, driven by JSON lines: commands with a number, answers with the same number, and events in
 * between. Safe for any thread.
 */
final class Stranger implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  static final Duration EVENT_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Library library;
  private final Process process;
  private final BufferedWriter commands;
  private final List<JsonNode> lines = new ArrayList<>();
  private int asked;
  private boolean ended;
  private @Nullable JsonNode listening;

  private Stranger(Library library, Process process) {
    this.library = library;
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofVirtual().name("stranger").start(this::read);
  }

  /** Starts one that must be {@link Library.Present}; when this returns it listens. */
  static Stranger start(Library library, String... options) throws IOException, InterruptedException {
    if (!(library.presence() instanceof Library.Present present)) {
      throw new IllegalStateException(library + " is not to be had here");
    }
    List<String> command = new ArrayList<>(present.command());
    command.addAll(List.of(options));
    Stranger stranger = new Stranger(library,
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    try {
      stranger.listening = stranger.await("listen", line -> true, START_TIMEOUT);
    } catch (AssertionError e) {
      stranger.close();
      throw e;
    }
    return stranger;
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode json = JSON.readTree(line);
        synchronized (lines) {
          lines.add(json);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      // The process is gone; whoever waits is told below.
    }
    synchronized (lines) {
      ended = true;
      lines.notifyAll();
    }
  }

  private JsonNode first(String what, int from, Duration within, Predicate<JsonNode> wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    int next = from;
    synchronized (lines) {
      while (true) {
        for (; next < lines.size(); next++) {
          if (wanted.test(lines.get(next))) {
            return lines.get(next);
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (ended || left <= 0) {
          throw new AssertionError(library + (ended ? " ended without " : " did not say in time: ") + what + "; last: "
              + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        }
        lines.wait(left);
      }
    }
  }

  /** The first event of this name, ever, that {@code wanted} accepts. */
  JsonNode await(String event, Predicate<JsonNode> wanted) throws InterruptedException {
    return await(event, wanted, EVENT_TIMEOUT);
  }

  JsonNode await(String event, Predicate<JsonNode> wanted, Duration within) throws InterruptedException {
    return first("event " + event, 0, within,
        line -> event.equals(line.path("event").asText()) && wanted.test(line));
  }

  /** The first event of this name, ever, that is about {@code peer}. */
  JsonNode await(String event, PeerId peer) throws InterruptedException {
    return await(event, line -> peer.toString().equals(line.path("peer").asText()));
  }

  /** The first event of either name, ever, that {@code wanted} accepts. */
  JsonNode await(String event, String orEvent, Predicate<JsonNode> wanted) throws InterruptedException {
    return first("event " + event + " or " + orEvent, 0, EVENT_TIMEOUT,
        line -> (event.equals(line.path("event").asText()) || orEvent.equals(line.path("event").asText()))
            && wanted.test(line));
  }

  /** How many events of this name {@code wanted} accepts so far. */
  long count(String event, Predicate<JsonNode> wanted) {
    synchronized (lines) {
      return lines.stream().filter(line -> event.equals(line.path("event").asText()) && wanted.test(line)).count();
    }
  }

  /** Sends one command and waits for its answer, which may be an error. */
  JsonNode tryAsk(String command, Map<String, Object> arguments) throws IOException, InterruptedException {
    Map<String, Object> line = new HashMap<>(arguments);
    int id;
    int from;
    synchronized (commands) {
      id = ++asked;
      line.put("id", id);
      line.put("do", command);
      synchronized (lines) {
        from = lines.size();
      }
      commands.write(JSON.writeValueAsString(line));
      commands.newLine();
      commands.flush();
    }
    return first("answer to " + command, from, ANSWER_TIMEOUT, answer -> answer.path("id").asInt(-1) == id);
  }

  /** As {@link #tryAsk}; a command that failed there fails here. */
  JsonNode ask(String command, Map<String, Object> arguments) throws IOException, InterruptedException {
    JsonNode answer = tryAsk(command, arguments);
    if (answer.hasNonNull("error")) {
      throw new AssertionError(library + ": " + command + ": " + answer.get("error").asText());
    }
    return answer;
  }

  private JsonNode listening() {
    if (listening == null) {
      throw new IllegalStateException("not started");
    }
    return listening;
  }

  PeerId id() throws Exception {
    return PeerId.parse(listening().get("peer").asText());
  }

  /** The first listen address of the given kind, such as {@code "/ws/"}, or the first plain TCP one for {@code ""}. */
  Multiaddr address(String part) throws Exception {
    for (JsonNode address : listening().get("addrs")) {
      String text = address.asText();
      if (part.isEmpty() ? !text.contains("/ws/") : text.contains(part)) {
        return Multiaddr.parse(text);
      }
    }
    throw new AssertionError(library + " listens on " + listening().get("addrs"));
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
