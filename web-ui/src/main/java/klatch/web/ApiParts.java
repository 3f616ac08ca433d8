package klatch.web;

import java.time.InstantSource;
import java.util.Optional;
import klatch.commitments.Deposits;
import klatch.commitments.Lightning;
import klatch.libp2p.Host;
import klatch.meetup.Meetup;
import klatch.meetup.checkin.CheckIn;

/**
 * The parts of the node that the API speaks for. It closes none of them.
 *
 * @param money empty when the node runs without Lightning: then events with deposits are refused
 */
public record ApiParts(Meetup meetup, CheckIn checkIn, Host host, Optional<Money> money, NodeControl node,
    InstantSource clock) {

  /** Deposits, the Lightning node behind them, and what its operator does with it. */
  public record Money(Deposits deposits, Lightning lightning, Treasury treasury) {}

  Routes routes() {
    var routes = new Routes();
    var draft = new TermsDraft(money, clock);
    var moneyRoutes = new MoneyRoutes(meetup, money);
    new NodeRoutes(meetup, money.map(Money::lightning), host, node, clock).addTo(routes);
    new GroupRoutes(meetup, host, node).addTo(routes);
    new EventRoutes(meetup, draft, moneyRoutes).addTo(routes);
    new DoorRoutes(meetup, checkIn, host, moneyRoutes).addTo(routes);
    moneyRoutes.addTo(routes);
    new OperatorRoutes(money).addTo(routes);
    return routes;
  }
}
