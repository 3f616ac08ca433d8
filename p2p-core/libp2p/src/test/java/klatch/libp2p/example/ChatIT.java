package klatch.libp2p.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The README's chat is the one in this package, and two of them in processes of their own talk to each other. */
class ChatIT {
  private static final String SOURCE = "src/test/java/klatch/libp2p/example/Chat.java";

  /** A chat in another process, with the lines it prints. */
  private record Running(Process process, BlockingQueue<String> printed) implements AutoCloseable {
    static Running start(String... arguments) throws IOException {
      List<String> command = new java.util.ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
          "-cp", System.getProperty("java.class.path"), Chat.class.getName()));
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BlockingQueue<String> printed = new LinkedBlockingQueue<>();
      Thread.ofVirtual().start(() -> {
        try (BufferedReader in = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
          in.lines().forEach(printed::add);
        } catch (IOException | UncheckedIOException e) {
          printed.add("ended: " + e);
        }
      });
      return new Running(process, printed);
    }

    String line(String wanted) throws InterruptedException {
      for (String line = printed.poll(20, TimeUnit.SECONDS); line != null; line = printed.poll(20, TimeUnit.SECONDS)) {
        if (line.contains(wanted)) {
          return line;
        }
      }
      throw new AssertionError("no line with " + wanted);
    }

    void type(String line) {
      try {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void theReadmeShowsTheExampleThatIsCompiled() throws Exception {
    String source = Files.readString(Path.of(SOURCE));
    String shown = source.substring(source.indexOf("public final class")).strip();
    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + shown + "\n```");
    assertThat(shown.lines()).hasSizeLessThanOrEqualTo(20);
  }

  @Test
  @Timeout(60)
  void twoChatsHearEachOther() throws Exception {
    try (Running first = Running.start()) {
      String address = first.line("/ip4/127.0.0.1/tcp/");
      try (Running second = Running.start(address)) {
        second.line("/ip4/127.0.0.1/tcp/");
        // Gossip needs a moment to learn who listens, so a line may come too early to be heard.
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(500)).until(() -> {
          second.type("hello");
          return first.printed().stream().anyMatch(line -> line.endsWith(": hello"));
        });
        first.type("good evening");
        assertThat(second.line(": good evening")).startsWith("12D3KooW");
      }
    }
  }
}
