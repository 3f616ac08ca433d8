package klatch.lightning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import klatch.regtest.chain.RpcEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * A node around npm's {@code lightningdevkit} (LDK 0.1.2 as WebAssembly) in a process of its own, which {@code regtest/npm/node.mjs} is.
 * Commands go to it as JSON lines. It ends with its input, so with this JVM. Safe for any thread.
 */
final class NpmLdkNode implements AutoCloseable {
  private static final Path BUILDER = Path.of("npm/build.sh").toAbsolutePath();
  private static final Duration INSTALL_TIMEOUT = Duration.ofMinutes(2);
  /** What the builder exits with where Node or the package is not to be had. */
  private static final int ABSENT = 3;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter commands;
  private final List<JsonNode> lines = new ArrayList<>();
  private int asked;
  private boolean ended;
  private @Nullable JsonNode listening;

  private NpmLdkNode(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofVirtual().name("npm-ldk").start(this::read);
  }

  /** The command that runs one, or why there is none. */
  sealed interface Presence {
  }

  record Present(List<String> command) implements Presence {
  }

  record Absent(String why) implements Presence {
  }

  /** Looks for it, and installs the package if that was never done. */
  static Presence find() throws IOException, InterruptedException {
    Process builder = new ProcessBuilder(BUILDER.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    builder.getOutputStream().close();
    List<String> said = builder.inputReader(StandardCharsets.UTF_8).lines().toList();
    if (!builder.waitFor(INSTALL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      builder.destroyForcibly();
      return new Absent("installing npm's lightningdevkit took too long");
    }
    return switch (builder.exitValue()) {
      case 0 -> new Present(said);
      case ABSENT -> new Absent(String.join(" ", said));
      default -> throw new IllegalStateException(BUILDER + " failed: " + said);
    };
  }

  /** When this returns it listens, and knows the chain's tip. */
  static NpmLdkNode start(Present program, RpcEndpoint chain, int seed) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program.command());
    command.addAll(List.of(chain.uri().toString(), chain.user(), chain.password(), Integer.toString(seed)));
    NpmLdkNode node = new NpmLdkNode(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    try {
      node.listening = node.first("listen", 0, START_TIMEOUT, line -> "listen".equals(line.path("event").asText()));
      return node;
    } catch (AssertionError e) {
      node.close();
      throw e;
    }
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
    synchronized (lines) {
      for (int next = from;; next++) {
        while (next >= lines.size()) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (ended || left <= 0) {
            throw new AssertionError("the npm node " + (ended ? "ended without " : "did not say in time: ") + what
                + "; last: " + lines.subList(Math.max(0, lines.size() - 5), lines.size()));
          }
          lines.wait(left);
        }
        if (wanted.test(lines.get(next))) {
          return lines.get(next);
        }
      }
    }
  }

  /** The first event of this name, ever, of which a field is as given. */
  JsonNode await(String event, String field, String value) throws InterruptedException {
    return first("event " + event + " with " + field + " " + value, 0, PATIENCE,
        line -> event.equals(line.path("event").asText()) && value.equals(line.path(field).asText()));
  }

  /** Sends one command and waits for its answer; a command that failed there fails here. */
  JsonNode ask(String command, Map<String, Object> arguments) throws InterruptedException {
    int from;
    int id;
    synchronized (lines) {
      from = lines.size();
      id = ++asked;
    }
    Map<String, Object> line = new TreeMap<>(arguments);
    line.put("id", id);
    line.put("do", command);
    synchronized (commands) {
      try {
        commands.write(JSON.writeValueAsString(line));
        commands.newLine();
        commands.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the npm node is gone", e);
      }
    }
    JsonNode answer = first("an answer to " + command, from, PATIENCE, said -> said.path("id").asInt(-1) == id);
    if (answer.hasNonNull("error")) {
      throw new AssertionError("the npm node: " + command + ": " + answer.path("error").asText());
    }
    return answer;
  }

  JsonNode info() throws InterruptedException {
    return ask("info", Map.of());
  }

  private JsonNode listening() {
    if (listening == null) {
      throw new IllegalStateException("not started");
    }
    return listening;
  }

  /** 33 bytes as hex. */
  String nodeId() {
    return listening().path("nodeId").asText();
  }

  int port() {
    return listening().path("port").asInt();
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
