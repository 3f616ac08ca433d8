package klatch.cli.event;

import java.util.List;
import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Words;
import klatch.web.wire.Notices;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code klatch notices}. */
@Command(name = "notices", description = "What you should not miss: changes, seats, money, and reminders.")
public final class NoticeList implements Callable<Integer> {
  @Mixin
  Session session;

  @Option(names = "--seen", description = "From now on, what is shown counts as seen, on the pages too.")
  boolean seen;

  @Option(names = "--silence", split = ",", paramLabel = "KIND", description = "Reminders that you do not want, all of them"
      + " (such as starts_within_a_day,lock_open); 'none' brings all back.")
  @Nullable
  List<String> silence;

  @Override
  public Integer call() {
    if (silence != null) {
      var kinds = silence.equals(List.of("none")) ? List.<String>of() : silence;
      session.api().post("/notices/silenced", new Notices.Choice(kinds), Notices.NoticeList.class);
    }
    var list = session.api().get("/notices", Notices.NoticeList.class);
    if (seen) {
      session.api().post("/notices/seen",
          new Notices.Seen(list.notices().stream().map(Notices.Notice::id).toList()), Notices.NoticeList.class);
    }
    return session.show(list, this::words);
  }

  private void words(Notices.NoticeList list) {
    if (list.notices().isEmpty()) {
      session.say("Nothing to tell you right now.");
    }
    list.notices().forEach(notice -> session.say((notice.seen() ? "  " : "* ") + words(notice) + " ("
        + Words.shortId(notice.event()) + ")"));
    if (!list.silenced().isEmpty()) {
      session.say("Silenced: " + String.join(", ", list.silenced()));
    }
  }

  private static String words(Notices.Notice notice) {
    var title = notice.title();
    var until = Words.moment(notice.untilMillis(), notice.zone());
    var amount = notice.amountMsat() == null ? "" : Words.sat(notice.amountMsat());
    return switch (notice.kind()) {
      case "changed" -> title + " has changed since you said yes: klatch event show";
      case "cancelled" -> title + " was called off";
      case "moved_up" -> "a seat came free: you are in at " + title;
      case "rsvp_closes" -> "say yes to " + title + " by " + until + ", if you want to come: klatch rsvp";
      case "starts_within_a_day", "starts_soon" ->
        title + " starts " + Words.moment(notice.startsAtMillis(), notice.zone());
      case "check_in_open" -> "the door is open: " + title;
      case "lock_open" -> "your deposit for " + title + " can be locked now, " + amount + ": klatch lock";
      case "lock_closes" -> "your deposit for " + title + " is not locked yet; until " + until + ": klatch lock";
      case "refunded" -> amount + " came back to you from " + title;
      case "forfeited" -> "your deposit of " + amount + " for " + title + " went to those who came";
      case "payout_to_claim" -> "a share of " + amount + " from " + title + " waits for you: klatch claim";
      case "claim_closes" -> "only until " + until + ": a share of " + amount + " from " + title + ": klatch claim";
      case "payout_arrived" -> "your share of " + amount + " from " + title + " has arrived";
      default -> title + ": " + notice.kind().replace('_', ' ');
    };
  }
}
