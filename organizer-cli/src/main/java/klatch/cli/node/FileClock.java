package klatch.cli.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The system's clock plus an offset that stands in a file, so that a rehearsal can jump all its processes forward at
 * once. Regtest only; the file holds one decimal number of milliseconds. Thread-safe.
 */
public final class FileClock extends Clock {
  /** How long a read offset is used before the file is looked at again. */
  private static final long REREAD_NANOS = 20_000_000L;

  /** A file larger than this cannot hold one number. */
  private static final int MAX_FILE_BYTES = 32;

  private final Path file;
  private volatile long offsetMillis;
  private volatile long readAtNanos;

  public FileClock(Path file) {
    this.file = file;
    this.offsetMillis = read(file);
    this.readAtNanos = System.nanoTime();
  }

  /** Moves every clock on this file; the file is replaced in one step. */
  public static void jump(Path file, long offsetMillis) throws IOException {
    var next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, Long.toString(offsetMillis));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public long millis() {
    if (System.nanoTime() - readAtNanos > REREAD_NANOS) {
      offsetMillis = read(file);
      readAtNanos = System.nanoTime();
    }
    return System.currentTimeMillis() + offsetMillis;
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  /** Always UTC: the nodes count in epoch milliseconds. */
  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  private static long read(Path file) {
    try {
      if (!Files.exists(file)) {
        return 0;
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IllegalArgumentException("the clock file holds more than one number: " + file);
      }
      return Long.parseLong(Files.readString(file, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      throw new IllegalStateException("the clock file cannot be read: " + file, e);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("the clock file must hold one number of milliseconds: " + file, e);
    }
  }
}
