package klatch.cli.event;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.PictureFile;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.TimeText;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code klatch event edit EVENT}. */
@Command(name = "edit", description = "Edit an event of yours; who has an RSVP sees what changed. What is left out stays.", sortOptions = false)
final class EventEdit implements Callable<Integer> {
  /** How the API is told to take the cut-off away. */
  private static final long NO_CUT_OFF = 0;

  @Spec
  CommandSpec spec;

  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @Option(names = "--title", paramLabel = "TEXT", description = "What it is called.")
  @Nullable
  String title;

  @Option(names = "--description", paramLabel = "TEXT", description = "What it is about.")
  @Nullable
  String description;

  @Option(names = "--place", paramLabel = "TEXT", description = "Where it is.")
  @Nullable
  String place;

  @Option(names = "--hidden-place", paramLabel = "TEXT", description = "Where it is, told only to those who have a seat; who was told another place is told anew.")
  @Nullable
  String hiddenPlace;

  @Option(names = "--start", paramLabel = "TIME", description = "Such as '2026-12-01 19:00'; the end and check-in move along. Events with deposits keep their times.")
  @Nullable
  String start;

  @Option(names = "--end", paramLabel = "TIME", description = "The same.")
  @Nullable
  String end;

  @Option(names = "--zone", paramLabel = "ZONE", description = "The time zone of the place.")
  @Nullable
  String zone;

  @Option(names = "--capacity", paramLabel = "N", description = "Seats; more of them go to the waitlist at once.")
  @Nullable
  Integer capacity;

  @Option(names = "--rsvp-closes", paramLabel = "SPAN", converter = TimeText.Span.class, description = "Before the start.")
  @Nullable
  Duration rsvpCloses;

  @Option(names = "--no-rsvp-cut-off", description = "Take RSVPs until check-in closes.")
  boolean noCutOff;

  @Option(names = "--guests", paramLabel = "N", description = "How many guests one RSVP may bring.")
  @Nullable
  Integer guests;

  @Option(names = "--question", paramLabel = "TEXT", description = "All questions anew; repeatable.")
  @Nullable
  List<String> questions;

  @Option(names = "--cover", paramLabel = "FILE", description = "A JPEG or PNG with which it is shown; its middle is sent, 1,024 × 576 pixels.")
  @Nullable
  Path cover;

  @Option(names = "--no-cover", description = "Show it without a picture.")
  boolean noCover;

  @Option(names = "--following", description = "Change what changes here in all that follow in its series, too; a start moves them by as much.")
  boolean following;

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event);
    var known = session.api().get(path, Events.Detail.class).summary();
    var edited = session.api().post(path + "/edit", request(known), Events.Edited.class);
    return session.show(edited, answer -> {
      session.say(answer.version() == known.version()
          ? "The event reads as before for everybody who has an RSVP."
          : "Edited; this is version " + answer.version() + ". Whoever has an RSVP sees what changed.");
      if (answer.events().size() > 1) {
        session.say("  with it " + Words.count(answer.events().size() - 1, "event that follows", "events that follow"));
      }
      session.say("  next    klatch event show " + Words.shortId(answer.event()));
    });
  }

  private Events.Edit request(Events.Summary known) {
    try {
      var place = zone == null ? ZoneId.of(known.zone()) : TimeText.zone(zone);
      var startsAt = start == null ? null : Long.valueOf(TimeText.moment(start, place));
      var endsAt = end == null ? null : Long.valueOf(TimeText.moment(end, place));
      return new Events.Edit(title, description, this.place, startsAt, endsAt, zone, null, null, capacity,
          cutOff(startsAt == null ? known.startsAtMillis() : startsAt), guests, questions, hiddenPlace,
          noCover ? "" : cover == null ? null : PictureFile.cover(cover), following);
    } catch (java.time.DateTimeException | IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private @Nullable Long cutOff(long startsAtMillis) {
    if (noCutOff) {
      return NO_CUT_OFF;
    }
    return rsvpCloses == null ? null : Long.valueOf(startsAtMillis - rsvpCloses.toMillis());
  }
}
