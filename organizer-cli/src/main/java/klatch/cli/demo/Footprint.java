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
public final class Footprint implements AutoCloseable {
  /** The peak lasts for seconds, at the end. */
  private static final long EVERY_MILLIS = 1_000;
  /** To read how many share each page of every process costs the kernel some milliseconds. */
  private static final int LOOKS_FOR_ONE_PSS = 5;
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
  public record Peak(int processes, long rssKib, long pssKib) {
    Peak or(Peak other) {
      var larger = rssKib >= other.rssKib ? this : other;
      return new Peak(larger.processes, larger.rssKib, Math.max(pssKib, other.pssKib));
    }

    public String shown() {
      return String.format(Locale.ROOT,
          "Memory at its peak, over all %d processes: %,d MiB (sum of RSS; shared pages counted once: %,d MiB)",
          processes, rssKib / KIB_PER_MIB, pssKib / KIB_PER_MIB);
    }
  }

  private Footprint() {
    sampler = Thread.ofPlatform().name("footprint").daemon().unstarted(this::run);
  }

  /** Begins to look. */
  public static Footprint start() {
    var footprint = new Footprint();
    footprint.sampler.start();
    return footprint;
  }

  /** What was seen so far. */
  public synchronized Optional<Peak> peak() {
    return peak;
  }

  private synchronized void run() {
    try {
      for (int look = 0; !closed; look++) {
        sample(look % LOOKS_FOR_ONE_PSS == 0).ifPresent(now -> peak = Optional.of(peak.map(now::or).orElse(now)));
        TimeUnit.MILLISECONDS.timedWait(this, EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look at every process; one that ends meanwhile is left out. */
  private static Optional<Peak> sample(boolean withPss) {
    var self = ProcessHandle.current();
    int processes = 0;
    long rssKib = 0;
    long pssKib = 0;
    for (var process : Stream.concat(Stream.of(self), self.descendants()).toList()) {
      try {
        var folder = Path.of("/proc", Long.toString(process.pid()));
        rssKib += kib(Files.readAllLines(folder.resolve("status")), "VmRSS:");
        pssKib += withPss ? kib(Files.readAllLines(folder.resolve("smaps_rollup")), "Pss:") : 0;
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
