package klatch.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The memory of this process and of all that it started, directly or not: the largest sums seen. Linux only; elsewhere it
 * finds nothing. Sampled by a thread of its own until it is closed.
 */
final class Footprint implements AutoCloseable {
  /** The peak lasts for seconds, at the end; reading a process's share of each page costs about a millisecond. */
  private static final long EVERY_MILLIS = 1_000;
  private static final int KIB_PER_MIB = 1024;

  private final Thread sampler;
  private Optional<Peak> peak = Optional.empty();
  private boolean closed;

  /**
   * Sums over all processes. Each sum is the largest of its kind; the number of processes is that of the largest RSS.
   *
   * @param rssKib a page that several processes share is counted once for each of them
   * @param pssKib a page that several processes share is counted once
   */
  record Peak(int processes, long rssKib, long pssKib) {
    Peak or(Peak other) {
      var larger = rssKib >= other.rssKib ? this : other;
      return new Peak(larger.processes, larger.rssKib, Math.max(pssKib, other.pssKib));
    }

    String shown() {
      return String.format(Locale.ROOT,
          "Memory at its peak, over all %d processes: %,d MiB (sum of RSS; shared pages counted once: %,d MiB)",
          processes, rssKib / KIB_PER_MIB, pssKib / KIB_PER_MIB);
    }
  }

  private Footprint() {
    sampler = Thread.ofPlatform().name("footprint").daemon().unstarted(this::run);
  }

  static Footprint start() {
    var footprint = new Footprint();
    footprint.sampler.start();
    return footprint;
  }

  /** What was seen so far. */
  synchronized Optional<Peak> peak() {
    return peak;
  }

  private synchronized void run() {
    try {
      while (!closed) {
        sample().ifPresent(now -> peak = Optional.of(peak.map(now::or).orElse(now)));
        TimeUnit.MILLISECONDS.timedWait(this, EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look at every process; one that ends meanwhile is left out. */
  static Optional<Peak> sample() {
    var self = ProcessHandle.current();
    int processes = 0;
    long rssKib = 0;
    long pssKib = 0;
    for (var process : Stream.concat(Stream.of(self), self.descendants()).toList()) {
      try {
        var lines = Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"));
        rssKib += kib(lines, "Rss:");
        pssKib += kib(lines, "Pss:");
        processes++;
      } catch (IOException e) {
        // It has ended, or this is not Linux.
      }
    }
    return processes == 0 ? Optional.empty() : Optional.of(new Peak(processes, rssKib, pssKib));
  }

  private static long kib(List<String> lines, String name) {
    return lines.stream().filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.substring(name.length()).replace("kB", "").strip())).findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      sampler.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
