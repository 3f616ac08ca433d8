package klatch.cli.event;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import klatch.cli.terminal.PictureFile;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.TimeText;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import klatch.web.wire.NodeStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code klatch event create TITLE}. */
@Command(name = "create", description = "Create an event in a group of yours.", sortOptions = false)
final class EventCreate implements Callable<Integer> {
  private static final Duration DEFAULT_LENGTH = Duration.ofHours(2);
  private static final long MSAT_PER_SAT = 1000;

  @Spec
  CommandSpec spec;

  @Mixin
  Session session;

  @Parameters(paramLabel = "TITLE", description = "What it is called.")
  String title;

  @Option(names = "--group", paramLabel = "GROUP", description = "Which of your groups; may be left out if you have one.")
  @Nullable
  String group;

  @Option(names = "--start", required = true, paramLabel = "TIME", description = "Such as '2026-12-01 19:00'.")
  String start;

  @Option(names = "--end", paramLabel = "TIME", description = "Default: two hours after the start.")
  @Nullable
  String end;

  @Option(names = "--zone", paramLabel = "ZONE", description = "The time zone of the place, such as Europe/Berlin (default: this machine's).")
  @Nullable
  String zone;

  @Option(names = "--place", paramLabel = "TEXT", description = "Where it is.")
  @Nullable
  String place;

  @Option(names = "--hidden-place", paramLabel = "TEXT", description = "Where it is, told only to those who have a seat.")
  @Nullable
  String hiddenPlace;

  @Option(names = "--description", paramLabel = "TEXT", description = "What it is about.")
  @Nullable
  String description;

  @Option(names = "--capacity", paramLabel = "N", defaultValue = "30", description = "Seats (default: ${DEFAULT-VALUE}).")
  int capacity;

  @Option(names = "--deposit-sat", paramLabel = "N", description = "The deposit of each attendee; left out: no deposits.")
  @Nullable
  Long depositSat;

  @Option(names = "--lock-opens", paramLabel = "SPAN", converter = TimeText.Span.class, description = "Before the start (default: 12h).")
  @Nullable
  Duration lockOpens;

  @Option(names = "--lock-closes", paramLabel = "SPAN", converter = TimeText.Span.class, description = "Before the start (default: 2h). Nobody who locks later can win.")
  @Nullable
  Duration lockCloses;

  @Option(names = "--check-in-opens", paramLabel = "SPAN", converter = TimeText.Span.class, description = "Before the start (default: 30m).")
  @Nullable
  Duration checkInOpens;

  @Option(names = "--check-in-closes", paramLabel = "SPAN", converter = TimeText.Span.class, description = "After the end (default: 0s).")
  @Nullable
  Duration checkInCloses;

  @Option(names = "--appeals-close", paramLabel = "SPAN", converter = TimeText.Span.class, description = "After the end (default: 6h).")
  @Nullable
  Duration appealsClose;

  @Option(names = "--payouts-close", paramLabel = "SPAN", converter = TimeText.Span.class, description = "After the end (default: 12h).")
  @Nullable
  Duration payoutsClose;

  @Option(names = "--minimum-present", paramLabel = "N", description = "If fewer come, everybody gets the deposit back (default: 1).")
  @Nullable
  Integer minimumPresent;

  @Option(names = "--presence", paramLabel = "RULE", description = "Who counts as present: 'door', whom the door has met (default), or 'peers', who met three people, one of them the door or somebody it has met.")
  @Nullable
  String presence;

  @Option(names = "--rsvp-closes", paramLabel = "SPAN", converter = TimeText.Span.class, description = "Before the start (default: when check-in closes).")
  @Nullable
  Duration rsvpCloses;

  @Option(names = "--guests", paramLabel = "N", description = "How many guests one RSVP may bring (default: 0).")
  @Nullable
  Integer guests;

  @Option(names = "--question", paramLabel = "TEXT", description = "Asked of each attendee, answered to you alone; repeatable.")
  @Nullable
  List<String> questions;

  @Option(names = "--cover", paramLabel = "FILE", description = "A JPEG or PNG with which it is shown; its middle is sent, 1,024 × 576 pixels.")
  @Nullable
  Path cover;

  @Option(names = "--repeat", paramLabel = "RULE", description = "Several events by a rule of RFC 5545, such as 'FREQ=WEEKLY;COUNT=6', 'FREQ=MONTHLY;BYDAY=2TU;UNTIL=20271231'; at most 100.")
  @Nullable
  String repeat;

  @Override
  public Integer call() {
    var request = request();
    var created = session.api().post("/events", request, Events.Created.class);
    return session.show(created, made -> {
      session.say("Created " + title + ", " + Words.moment(request.startsAtMillis(), request.zone()) + ".");
      session.say("  id      " + made.event());
      if (made.events().size() > 1) {
        session
            .say("  repeats " + Words.count(made.events().size(), "event", "events") + ", each with seats of its own");
      }
      made.warnings().forEach(warning -> session.say("  note    " + warning.message()));
      room(request).ifPresent(note -> session.say("  note    " + note));
      session.say("  next    klatch event show " + Words.shortId(made.event()));
    });
  }

  /** What is short if everybody comes who may. */
  private Optional<String> room(Events.Create request) {
    if (request.depositMsat() == null) {
      return Optional.empty();
    }
    var lightning = session.api().get("/status", NodeStatus.class).lightning();
    if (lightning == null) {
      return Optional.empty();
    }
    long fits = Math.min(lightning.room().slots(), lightning.room().toHoldMsat() / request.depositMsat());
    return fits >= request.capacity()
        ? Optional.empty()
        : Optional.of("your channels have room for " + fits + " such deposits now; for more, open a channel"
            + " (klatch channel open NODEID@HOST:PORT SAT --push-sat SAT) or buy one (klatch channel buy)");
  }

  private Events.Create request() {
    try {
      var place = zone == null ? ZoneId.systemDefault() : TimeText.zone(zone);
      var startsAt = TimeText.moment(start, place);
      var endsAt = end == null ? startsAt + DEFAULT_LENGTH.toMillis() : TimeText.moment(end, place);
      return new Events.Create(group == null ? null : session.group(group), title, description, startsAt, endsAt,
          place.getId(), this.place, capacity, depositSat == null ? null : Math.multiplyExact(depositSat, MSAT_PER_SAT),
          null, before(startsAt, lockOpens), before(startsAt, lockCloses), before(startsAt, checkInOpens),
          after(endsAt, checkInCloses), after(endsAt, appealsClose), after(endsAt, payoutsClose), minimumPresent,
          presence, before(startsAt, rsvpCloses), guests, questions,
          hiddenPlace, cover == null ? null : PictureFile.cover(cover), repeat);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static @Nullable Long before(long millis, @Nullable Duration span) {
    return span == null ? null : Long.valueOf(millis - span.toMillis());
  }

  private static @Nullable Long after(long millis, @Nullable Duration span) {
    return span == null ? null : Long.valueOf(millis + span.toMillis());
  }
}
