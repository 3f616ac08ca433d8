package klatch.libp2p;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assumptions;

/**
 * A js-libp2p node in a process of its own, driven by JSON lines. Its packages are installed once, by npm and from the lock file, under
 * {@code ~/.cache/klatch/peers}.
 */
final class JsPeer implements AutoCloseable {
  private static final Path SOURCES = Path.of("src/test/js");
  private static final int OLDEST_NODE = 22;
  /** Installed beside the peer when the machine's own Node.js is older. */
  private static final String NODE_PACKAGE = "node@22.23.3";
  private static final Duration INSTALL_TIMEOUT = Duration.ofMinutes(4);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader answers;

  private JsPeer(Process process) {
    this.process = process;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts one; skips the test with a reason where Node.js, npm or the packages are not to be had. */
  static JsPeer start(String... options) throws IOException, InterruptedException, GeneralSecurityException {
    int version = nodeVersion("node");
    Assumptions.assumeTrue(version > 0, "needs Node.js on the PATH to run js-libp2p");
    Assumptions.assumeTrue(succeeds(Path.of("."), Duration.ofSeconds(20), "npm", "--version"),
        "needs npm on the PATH to install js-libp2p");
    Path home = install(version);
    String node = version >= OLDEST_NODE ? "node" : home.resolve("node_modules/.bin/node").toString();
    byte[] script = Files.readAllBytes(SOURCES.resolve("index.mjs"));
    Path copy = home.resolve("index-" + hash(script) + ".mjs");
    if (!Files.exists(copy)) {
      Path part = Files.createTempFile(home, "index", ".part");
      Files.write(part, script);
      Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
    }
    List<String> command = new ArrayList<>(List.of(node, copy.toString()));
    command.addAll(List.of(options));
    return new JsPeer(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private static Path install(int version) throws IOException, InterruptedException, GeneralSecurityException {
    byte[] lock = Files.readAllBytes(SOURCES.resolve("package-lock.json"));
    Path home = Path.of(System.getProperty("user.home"), ".cache", "klatch", "peers", "js-libp2p-" + hash(lock));
    Files.createDirectories(home);
    try (RandomAccessFile guard = new RandomAccessFile(home.resolve(".lock").toFile(), "rw");
        FileLock held = guard.getChannel().lock()) {
      Path ready = home.resolve(version >= OLDEST_NODE ? ".ready" : ".ready-with-node");
      if (held.isValid() && !Files.exists(ready)) {
        for (String file : List.of("package.json", "package-lock.json")) {
          Files.copy(SOURCES.resolve(file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Assumptions.assumeTrue(
            succeeds(home, INSTALL_TIMEOUT, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"),
            "npm could not install js-libp2p; see " + home.resolve("npm.log"));
        if (version < OLDEST_NODE) {
          Assumptions.assumeTrue(
              succeeds(home, INSTALL_TIMEOUT, "npm", "install", "--no-save", "--no-package-lock", "--no-audit",
                  "--no-fund",
                  NODE_PACKAGE) && nodeVersion(home.resolve("node_modules/.bin/node").toString()) >= OLDEST_NODE,
              "js-libp2p needs Node.js " + OLDEST_NODE + " and npm could not install it; see "
                  + home.resolve("npm.log"));
        }
        Files.createFile(ready);
      }
    }
    return home;
  }

  private static boolean succeeds(Path directory, Duration timeout, String... command) throws InterruptedException {
    try {
      File log = directory.equals(Path.of(".")) ? new File("/dev/null") : directory.resolve("npm.log").toFile();
      Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
      if (process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /** The major version, 0 if there is none. */
  private static int nodeVersion(String node) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(node, "--version").start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 && text.matches("v\\d+\\..*")
          ? Integer.parseInt(text.substring(1, text.indexOf('.')))
          : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static String hash(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 6);
  }

  /** Sends one command and waits for its answer; a command that failed there fails here. */
  JsonNode ask(String command, Map<String, Object> arguments) throws Exception {
    Map<String, Object> line = new java.util.HashMap<>(arguments);
    line.put("do", command);
    commands.write(JSON.writeValueAsString(line));
    commands.newLine();
    commands.flush();
    String answer = CompletableFuture.supplyAsync(() -> {
      try {
        return String.valueOf(answers.readLine());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }, task -> Thread.ofVirtual().start(task)).get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    JsonNode json = JSON.readTree(answer);
    if (json.has("error") && !json.has("failed")) {
      throw new AssertionError("js-libp2p: " + command + ": " + json.get("error").asText());
    }
    return json;
  }

  Multiaddr address() throws Exception {
    return Multiaddr.parse(ask("where", Map.of()).get("addresses").get(0).asText());
  }

  @Override
  public void close() throws IOException {
    commands.close();
    try {
      process.onExit().get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
