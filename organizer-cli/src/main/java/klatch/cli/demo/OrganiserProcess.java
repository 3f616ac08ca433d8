package klatch.cli.demo;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import klatch.cli.Main;

/**
 * The organiser's node in an operating-system process of its own: started, killed hard, and started again whenever it
 * dies. The process is guarded by one virtual thread; {@link #kill} and {@link #close} may be called from any thread.
 */
final class OrganiserProcess implements AutoCloseable {
  /** More deaths than this mean that the organiser cannot run, not that it was killed. */
  private static final int MAX_STARTS = 1_000;

  private final List<String> command;
  private final Map<String, String> environment;
  private final Path logFile;
  private final AtomicInteger deaths = new AtomicInteger();
  private volatile boolean closing;
  private volatile Process process;

  private OrganiserProcess(List<String> command, Map<String, String> environment, Path logFile) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.logFile = logFile;
    this.process = launch();
  }

  /**
   * @param mainClass     the program: {@code klatch.cli.Main}, or a cheating one in a test
   * @param jvmOptions    options and system properties for its JVM
   * @param arguments     the arguments of the program
   * @param environment   variables beside those of this process: secrets, which a command line would show to everybody
   * @param logFile       its output is appended here
   */
  static OrganiserProcess start(String mainClass, List<String> jvmOptions, List<String> arguments,
      Map<String, String> environment, Path logFile) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-Xms24m", "-Xmx256m",
        "--enable-native-access=ALL-UNNAMED"));
    // The classes of a start laid out in one file, where the launcher has made it.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-XX:AOTCache=") || option.startsWith("-Xlog:")).forEach(command::add);
    System.getProperties().stringPropertyNames().stream().filter(name -> name.startsWith("klatch."))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.add("-D" + Main.PARENT_PROPERTY + "=" + ProcessHandle.current().pid());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    var organiser = new OrganiserProcess(command, environment, logFile);
    Thread.ofVirtual().name("organiser-guard").start(organiser::guard);
    return organiser;
  }

  /** How often the process has died so far, by our hand or its own. */
  int deaths() {
    return deaths.get();
  }

  long pid() {
    return process.pid();
  }

  /** Kills the running process hard (SIGKILL); it is started again. */
  void kill() {
    process.destroyForcibly();
  }

  private void guard() {
    while (!closing) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      synchronized (this) {
        if (closing) {
          return;
        }
        if (deaths.incrementAndGet() > MAX_STARTS) {
          throw new IllegalStateException("the organiser died " + MAX_STARTS + " times; its output is in " + logFile);
        }
        process = launch();
      }
    }
  }

  private Process launch() {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      return builder
          .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
          .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
    } catch (IOException e) {
      throw new UncheckedIOException("the organiser's process cannot be started", e);
    }
  }

  /** Asks the process to end and waits; after ten seconds it is killed. */
  @Override
  public void close() {
    Process last;
    synchronized (this) {
      closing = true;
      last = process;
    }
    last.destroy();
    try {
      if (!last.waitFor(10, TimeUnit.SECONDS)) {
        last.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      last.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
