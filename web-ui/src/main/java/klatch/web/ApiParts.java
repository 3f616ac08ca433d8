package klatch.web;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning;
import klatch.libp2p.Host;
import klatch.meetup.Admission;
import klatch.meetup.Meetup;
import klatch.meetup.checkin.CheckIn;
import klatch.web.wire.LiveLine;

/**
 * The parts of the node that the API speaks for. It closes none of them.
 *
 * @param money what is there of it now; asked at every request
 */
public record ApiParts(Meetup meetup, CheckIn checkIn, Host host, Supplier<MoneyState> money, NodeControl node,
    InstantSource clock) {

  /** The Lightning node starts behind the API, which answers from the first moment. */
  public sealed interface MoneyState {
    /**
     * The node runs without Lightning: events with deposits are refused.
     *
     * @param claims follows what is due to this person all the same, once it is there
     */
    record None(Optional<Deposits> claims) implements MoneyState {
      public None() {
        this(Optional.empty());
      }
    }

    /** Not yet: whatever needs it is asked to come again. */
    record Starting() implements MoneyState {}

    record Running(Money money) implements MoneyState {}
  }

  /** Deposits, the Lightning node behind them, and what its operator does with it. */
  public record Money(Deposits deposits, Lightning lightning, Treasury treasury) {}

  GuestListeners guests() {
    return new GuestListeners(meetup, host, money, node, clock);
  }

  Following following() {
    return new Following(meetup, node);
  }

  Routes routes(GuestListeners guests, Following following, NoticeBoard board) {
    var routes = new Routes();
    var knocking = new Knocking(meetup, host, node.notes());
    knocking.begin();
    Admission.serve(host, meetup.privateGroups());
    var draft = new TermsDraft(money, clock);
    var moneyRoutes = new MoneyRoutes(meetup, money);
    new NodeRoutes(meetup, money, host, node, clock, board).addTo(routes);
    var groups = new GroupRoutes(meetup, host, node, knocking, clock);
    groups.addTo(routes);
    var events = new EventRoutes(meetup, draft, moneyRoutes, node.notes(), clock);
    events.addTo(routes);
    new PeopleRoutes(meetup, node.notes(), following, groups, events).addTo(routes);
    new QuotaRoutes(meetup).addTo(routes);
    new ExportRoutes(meetup).addTo(routes);
    new MyDataRoutes(meetup, node, clock).addTo(routes);
    new DoorRoutes(meetup, checkIn, host, moneyRoutes, guests).addTo(routes);
    guests.addTo(routes);
    moneyRoutes.addTo(routes);
    new ClaimRoutes(meetup, money).addTo(routes);
    new OperatorRoutes(money).addTo(routes);
    new GuestKeyRoutes(meetup, host, node).addTo(routes);
    new BrowserRoutes().addTo(routes);
    board.addTo(routes);
    return routes;
  }

  /** @param root the API's own address */
  Feeds feeds(Supplier<String> root) {
    return new Feeds(node.notes(), new ExportRoutes(meetup)::calendar, root, clock);
  }

  NoticeBoard board() {
    return new NoticeBoard(meetup, money, node, clock);
  }

  Live live(NoticeBoard board) {
    return new Live(node, board, () -> line(board));
  }

  private LiveLine line(NoticeBoard board) {
    var sync = node.sync();
    var lightning = switch (money.get()) {
      case MoneyState.None _ -> "none";
      case MoneyState.Starting _ -> "starting";
      case MoneyState.Running _ -> "running";
    };
    Long heard = sync.heardAgoMillis().isPresent() ? Long.valueOf(sync.heardAgoMillis().getAsLong()) : null;
    return new LiveLine(host.connections().size(), heard, sync.waiting(), lightning, clock.millis(),
        board.unseen());
  }
}
