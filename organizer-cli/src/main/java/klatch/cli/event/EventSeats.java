package klatch.cli.event;

import java.util.concurrent.Callable;
import klatch.cli.terminal.Session;
import klatch.cli.terminal.Table;
import klatch.cli.terminal.Words;
import klatch.web.wire.Events;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code klatch event seats EVENT}. */
@Command(name = "seats", description = "Share an event's seats among its hosts, so that each can give some without asking, even offline.")
final class EventSeats implements Callable<Integer> {
  @Mixin
  Session session;

  @Parameters(paramLabel = "EVENT", description = "Its id, or the first characters of it.")
  String event;

  @ArgGroup(exclusive = true)
  @Nullable
  What what;

  /** One of them; none shows who holds how many. */
  static final class What {
    @ArgGroup(exclusive = false)
    @Nullable
    HandOver handOver;

    @Option(names = "--give", paramLabel = "PERSON", description = "Give somebody with an RSVP a seat out of what you hold.")
    @Nullable
    String give;

    @Option(names = "--return", paramLabel = "N", arity = "0..1", fallbackValue = "100000", description = "Hand back N free seats of what you hold, or all of them.")
    @Nullable
    Integer giveBack;
  }

  /** Seats for a co-host. */
  static final class HandOver {
    @Option(names = "--to", required = true, paramLabel = "PERSON", description = "The co-host who gets seats to give.")
    String to;

    @Option(names = "--count", required = true, paramLabel = "N", description = "How many of the free ones.")
    int count;
  }

  @Override
  public Integer call() {
    var path = "/events/" + session.event(event);
    var detail = session.api().get(path, Events.Detail.class);
    if (what == null) {
      return session.show(detail, this::words);
    }
    if (what.handOver != null) {
      var request = new Events.Delegate(session.member(detail.summary().group(), what.handOver.to),
          what.handOver.count);
      return session.show(session.api().post(path + "/quotas", request, Events.Delegated.class),
          _ -> session.say(request.seats() + " seats are theirs to give now."));
    }
    if (what.give != null) {
      var person = session.resolve(what.give, "person",
          () -> detail.people().stream().map(Events.Person::person).toList());
      return session.show(session.api().post(path + "/seats", new Events.GiveSeat(person), Events.SeatGiven.class),
          answer -> session.say(Words.shortId(answer.person()) + ": " + answer.seat() + "."));
    }
    return session.show(
        session.api().post(path + "/quotas/return", new Events.Return(what.giveBack), Events.Returned.class),
        answer -> session.say(answer.seats() + " seats go back to the event's host."));
  }

  private void words(Events.Detail detail) {
    session.say(detail.summary().confirmed() + " of " + detail.summary().capacity() + " seats are taken.");
    if (detail.quotas().isEmpty()) {
      session.say("Nobody but the event's host gives seats.");
      return;
    }
    var table = new Table("HOLDER", ">SEATS", ">TAKEN", ">RETURNED");
    detail.quotas().forEach(quota -> table.row(Words.shortId(quota.holder()), Integer.toString(quota.seats()),
        Integer.toString(quota.taken()), Integer.toString(quota.returned())));
    table.print(session.out());
  }
}
