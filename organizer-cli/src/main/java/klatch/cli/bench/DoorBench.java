package klatch.cli.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import klatch.cli.terminal.Json;
import klatch.libp2p.Ed25519;
import klatch.libp2p.Ed25519Key;
import klatch.log.Database;
import klatch.log.DeviceId;
import klatch.log.PostgresLogStore;
import klatch.log.TopicId;
import klatch.regtest.chain.Folders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code klatch bench door}: one door that stores durably in PostgreSQL. First guests come one after the other by screens
 * alone, each step timed; then a crowd over real connections, everybody in this process too; then the same crowd with
 * deposits that are held and come back. The baselines are bare Ed25519 and bare durable entries, one after the other.
 */
@Command(name = "door", sortOptions = false, description = "Check-ins a second at one door over real connections, and how long each takes.")
public final class DoorBench implements Callable<Integer> {
  private static final int SIGNATURES = 2_000;
  private static final int ENTRIES = 300;
  private static final int ENTRY_BYTES = 420;
  private static final int SIGNED_BYTES = 218;
  private static final int WARM = 50;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  @Option(names = "--attendees", paramLabel = "N", defaultValue = "500", description = "How many come over a connection (default: ${DEFAULT-VALUE}).")
  int attendees;

  @Option(names = "--screens", paramLabel = "N", defaultValue = "150", description = "How many come by screens alone, one after the other (default: ${DEFAULT-VALUE}).")
  int screens;

  @Option(names = "--parallel", paramLabel = "N", defaultValue = "16", description = "How many of the crowd check in at once (default: ${DEFAULT-VALUE}).")
  int parallel;

  @Option(names = "--no-deposits", description = "Leave out the crowd with deposits.")
  boolean withoutDeposits;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  boolean json;

  /** Milliseconds: the median, of a hundred the slowest but five and but one, the slowest. */
  @JsonPropertyOrder({"p50", "p95", "p99", "most"})
  record Spread(double p50, double p95, double p99, double most) {
    static Spread of(List<Long> nanos) {
      var sorted = nanos.stream().sorted().toList();
      return new Spread(millis(sorted, 0.5), millis(sorted, 0.95), millis(sorted, 0.99),
          sorted.getLast() / NANOS_PER_MILLI);
    }

    private static double millis(List<Long> sorted, double part) {
      return sorted.get((int) ((sorted.size() - 1) * part)) / NANOS_PER_MILLI;
    }

    String text() {
      return String.format(Locale.ROOT, "%8.2f %8.2f %8.2f %8.2f", p50, p95, p99, most);
    }
  }

  /**
   * What the same machine does at least, in the same run.
   *
   * @param signature        one Ed25519 signature and one check, the least that a check-in needs on one side
   * @param stored           one entry of an encounter's size, durable
   * @param storedASecond    one after the other
   * @param storedTogether   as many at once as check in at once
   */
  @JsonPropertyOrder({"signature", "stored", "storedASecond", "storedTogether"})
  record Baseline(Spread signature, Spread stored, double storedASecond, double storedTogether) {}

  /**
   * @param answered from the text of the code to the text of the answer
   * @param signed   from the text of the answer to the text of the closing frame, stored durably
   * @param closed   from the text of the closing frame to the encounter, in memory
   */
  @JsonPropertyOrder({"answered", "signed", "closed"})
  record Screens(Spread answered, Spread signed, Spread closed) {}

  /**
   * @param checkedIn        one guest of the crowd, from the text of the code to the encounter stored at both sides
   * @param checkInsASecond  while the crowd came
   * @param ratio            the same, by how many bare entries one after the other become durable
   * @param connectsASecond  before that, with their handshakes
   * @param refunded         from the text of the code to the deposit back in the guest's wallet, if there were any
   * @param refundsASecond   from the first guest of each wave to its last deposit back
   */
  @JsonPropertyOrder({"checkedIn", "checkInsASecond", "ratio", "connectsASecond", "refunded", "refundsASecond"})
  record Crowd(Spread checkedIn, double checkInsASecond, double ratio, double connectsASecond,
      @Nullable Spread refunded, @Nullable Double refundsASecond) {}

  /** @param plain without deposits; {@code deposits}: with one held for each, which goes back */
  @JsonPropertyOrder({"attendees", "parallel", "baseline", "screens", "plain", "deposits"})
  record Result(int attendees, int parallel, Baseline baseline, Screens screens, Crowd plain,
      @Nullable Crowd deposits) {}

  @Override
  public Integer call() throws Exception {
    var directory = Files.createTempDirectory("klatch-bench-door");
    try (var database = Database.embedded(directory, "")) {
      var baseline = baseline(database);
      Screens byScreens;
      Crowd plain;
      try (var part = database.withPrefix("plain_"); var crowd = new DoorCrowd(part, screens + attendees, false)) {
        byScreens = screens(crowd.byScreens(screens));
        plain = crowd(crowd, screens, baseline);
      }
      Crowd deposits = null;
      if (!withoutDeposits) {
        try (var part = database.withPrefix("deposits_"); var crowd = new DoorCrowd(part, attendees, true)) {
          deposits = crowd(crowd, 0, baseline);
        }
      }
      show(new Result(attendees, parallel, baseline, byScreens, plain, deposits));
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private Screens screens(DoorCrowd.Screens timed) {
    return new Screens(settled(timed.answered()), settled(timed.signed()), settled(timed.closed()));
  }

  private Crowd crowd(DoorCrowd crowd, int from, Baseline baseline) throws InterruptedException, ExecutionException {
    var timed = crowd.byConnections(from, parallel);
    crowd.checkAllIn();
    double rate = attendees / (timed.comingIn() / NANOS_PER_SECOND);
    boolean refunds = !timed.refunded().isEmpty();
    return new Crowd(Spread.of(timed.checkedIn()), rate, rate / baseline.storedASecond(),
        attendees / (timed.connecting() / NANOS_PER_SECOND), refunds ? Spread.of(timed.refunded()) : null,
        refunds ? attendees / (timed.refunding() / NANOS_PER_SECOND) : null);
  }

  /** Without the first ones, while the machine learns. */
  private static Spread settled(List<Long> nanos) {
    return Spread.of(nanos.subList(Math.min(WARM, nanos.size() - 1), nanos.size()));
  }

  private Baseline baseline(Database database) throws InterruptedException, ExecutionException {
    var key = Ed25519Key.generate();
    var topic = new TopicId(Ed25519Key.generate().publicKey());
    try (var part = database.withPrefix("bare_"); var log = new PostgresLogStore(part, Clock.systemUTC())) {
      var alone = new ArrayList<Long>();
      for (int i = 0; i < WARM + ENTRIES; i++) {
        long start = System.nanoTime();
        log.append(key, topic, "bench/bare", new byte[ENTRY_BYTES], System.currentTimeMillis());
        alone.add(System.nanoTime() - start);
      }
      var settled = alone.subList(WARM, alone.size());
      long together = DoorCrowd.timed(ENTRIES, parallel,
          _ -> log.append(key, topic, "bench/bare", new byte[ENTRY_BYTES], System.currentTimeMillis()));
      return new Baseline(Spread.of(signatures()), Spread.of(settled),
          ENTRIES / (settled.stream().mapToLong(Long::longValue).sum() / NANOS_PER_SECOND),
          ENTRIES / (together / NANOS_PER_SECOND));
    }
  }

  private static List<Long> signatures() {
    var key = Ed25519Key.generate();
    var message = new byte[SIGNED_BYTES];
    var nanos = new ArrayList<Long>();
    for (int i = 0; i < SIGNATURES; i++) {
      message[0] = (byte) i;
      long start = System.nanoTime();
      var signature = key.sign(message);
      if (!Ed25519.verify(DeviceId.of(key).bytes(), message, signature)) {
        throw new IllegalStateException("a signature does not hold");
      }
      nanos.add(System.nanoTime() - start);
    }
    return nanos.subList(SIGNATURES / 2, SIGNATURES);
  }

  private void show(Result result) {
    if (json) {
      System.out.println(Json.line(result));
      return;
    }
    var baseline = result.baseline();
    System.out.printf(Locale.ROOT, "%-44s %8s %8s %8s %8s%n", "milliseconds", "median", "95 %", "99 %", "most");
    row("baseline: one signature and one check", baseline.signature());
    row("baseline: one entry made durable", baseline.stored());
    row("from the code to the answer", result.screens().answered());
    row("from the answer to the closing frame, stored", result.screens().signed());
    row("from the closing frame to the end", result.screens().closed());
    System.out.printf(Locale.ROOT,
        "baseline: %.0f entries a second made durable one after the other, %.0f with %d at once%n",
        baseline.storedASecond(), baseline.storedTogether(), result.parallel());
    show("without deposits", result, result.plain());
    if (result.deposits() != null) {
      show("with deposits", result, result.deposits());
    }
  }

  private static void show(String how, Result result, Crowd crowd) {
    System.out.printf(Locale.ROOT, "%d guests over connections, %s, %d at once:%n", result.attendees(), how,
        result.parallel());
    row("  checked in", crowd.checkedIn());
    if (crowd.refunded() != null) {
      row("  deposit back", crowd.refunded());
    }
    System.out.printf(Locale.ROOT, "  %.0f check-ins a second, %.2f times the baseline (connecting: %.0f a second)%n",
        crowd.checkInsASecond(), crowd.ratio(), crowd.connectsASecond());
    if (crowd.refundsASecond() != null) {
      System.out.printf(Locale.ROOT, "  %.0f refunds a second%n", crowd.refundsASecond());
    }
  }

  private static void row(String what, Spread spread) {
    System.out.printf(Locale.ROOT, "%-44s %s%n", what, spread.text());
  }
}
