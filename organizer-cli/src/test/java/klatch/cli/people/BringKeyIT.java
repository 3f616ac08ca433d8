package klatch.cli.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import klatch.cli.Commands;
import klatch.cli.node.Node;
import klatch.cli.node.NodeOptions;
import klatch.cli.terminal.ExitCode;
import klatch.libp2p.Ed25519Key;
import klatch.lightning.Network;
import klatch.log.DeviceId;
import klatch.log.Entry;
import klatch.meetup.ByteString;
import klatch.meetup.EventCreated;
import klatch.meetup.EventId;
import klatch.meetup.EventTimes;
import klatch.meetup.PresenceRule;
import klatch.meetup.Seat;
import klatch.meetup.guest.GuestReply;
import klatch.meetup.guest.GuestWish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest's key comes to a real node, by the command line. */
@Timeout(120)
final class BringKeyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long HOUR_MILLIS = 3_600_000;
  private static final String LOOPBACK = "/ip4/127.0.0.1/tcp/0";
  private static final Ed25519Key KEY = Ed25519Key
      .fromSeed(HexFormat.of().parseHex("5eed" + "0123456789abcdef".repeat(3) + "0123456789ab"));
  private static final DeviceId GUEST = DeviceId.of(KEY);

  @TempDir
  Path directory;

  private final BlockingQueue<Node> started = new LinkedBlockingQueue<>();

  private record Ran(int exitCode, String out) {}

  private Ran run(Path dataDir, String... args) {
    var out = new StringWriter();
    List<String> line = new ArrayList<>(List.of(args));
    line.addAll(List.of("--data-dir", dataDir.toString()));
    int exitCode = Commands.of(options -> {
      var node = Node.begin(options);
      started.add(node);
      return node;
    }).setOut(new PrintWriter(out)).setErr(new PrintWriter(out)).execute(line.toArray(String[]::new));
    return new Ran(exitCode, out.toString());
  }

  private Node next() throws InterruptedException {
    return Objects.requireNonNull(started.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS), "a node that has started");
  }

  @Test
  void aFreshNodeStartsAgainAsTheGuestWithTheirSeatAndStaysSo() throws Exception {
    var hostDir = directory.resolve("host");
    var guestDir = directory.resolve("guest");
    try (var host = Node.begin(new NodeOptions(hostDir, new NodeOptions.Storage(Optional.empty(), ""),
        new NodeOptions.Chain(Network.REGTEST, Optional.empty()), new NodeOptions.Ports(List.of(LOOPBACK), 0, 0),
        Optional.of("Anna"), Optional.empty()))) {
      var event = announced(host);
      var key = Files.writeString(directory.resolve("key.txt"), carried(host, event));

      var up = CompletableFuture.supplyAsync(() -> run(guestDir, "up", "--no-browser", "--listen", LOOPBACK));
      var before = next().meetup().self();
      assertThat(before).isNotEqualTo(GUEST);
      var brought = run(guestDir, "bring-key", key.toString());
      assertThat(brought.out()).contains("Your node starts again as Ann.").contains(GUEST.toString());
      assertThat(brought.exitCode()).isZero();

      var again = next();
      assertThat(again.meetup().self()).isEqualTo(GUEST);
      assertThat(again.meetup().seats(event).of(GUEST)).get().extracting(Seat::status).isEqualTo(Seat.Status.CONFIRMED);
      var twice = run(guestDir, "bring-key", key.toString());
      assertThat(twice.out()).contains("this node is somebody already");
      assertThat(twice.exitCode()).isEqualTo(ExitCode.REFUSED);

      assertThat(run(guestDir, "rsvp", event.toString(), "--withdraw").exitCode()).isZero();
      await().atMost(PATIENCE).until(() -> host.meetup().seats(event).of(GUEST)
          .filter(seat -> seat.status() == Seat.Status.WITHDRAWN).isPresent());
      assertThat(host.log().forks(host.meetup().event(event).orElseThrow().group())).isEmpty();

      again.stop();
      assertThat(up.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).exitCode()).isZero();
      assertThat(Files.readString(guestDir.resolve("device.key")).strip())
          .isEqualTo(HexFormat.of().formatHex(KEY.seed()));
    }
  }

  private static EventId announced(Node host) {
    long start = System.currentTimeMillis() + 48 * HOUR_MILLIS;
    long end = start + 2 * HOUR_MILLIS;
    var group = host.meetup().createGroup("Chess", "");
    return host.meetup().createEvent(group, new EventCreated("Games", "", "By the pond",
        new EventTimes("Europe/Berlin", start, end, start, end), 10, List.of(), PresenceRule.DOOR, ByteString.EMPTY))
        .orThrow();
  }

  /** What a guest's page does, and what it gives to take along: a key without a passphrase. */
  private String carried(Node host, EventId event) {
    for (var wish : List.of(new GuestWish.Name("Ann"), new GuestWish.Seat(0, List.of()), new GuestWish.Move())) {
      var desk = host.guests(event);
      assertThat(desk.wish(GUEST, wish)).isInstanceOfSatisfying(GuestReply.ToSign.class,
          asked -> assertThat(desk.signed(GUEST, ByteString.of(KEY.sign(asked.bytes().bytes()))))
              .isEqualTo(new GuestReply.Done()));
    }
    var group = host.meetup().event(event).orElseThrow().group();
    await().atMost(PATIENCE).until(() -> host.meetup().seats(event).of(GUEST)
        .filter(seat -> seat.status() == Seat.Status.CONFIRMED).isPresent());
    List<Entry> log = host.log().by(GUEST, 10);
    var last = log.getLast();
    assertThat(last.payloadType()).isEqualTo("meetup/key-moved/1");
    var invite = run(directory.resolve("host"), "group", "invite", group.toString()).out().strip();
    var lines = String.join("\n", "klatch-guest-key 1", "person " + GUEST,
        "key " + HexFormat.of().formatHex(KEY.seed()), "salt " + "00".repeat(16), "rounds 0", "group " + group,
        "last " + last.sequence() + " " + last.id(), "invite " + invite) + "\n";
    return lines + "signature " + HexFormat.of().formatHex(KEY.sign(lines.getBytes(StandardCharsets.US_ASCII))) + "\n";
  }
}
