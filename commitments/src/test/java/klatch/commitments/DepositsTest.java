package klatch.commitments;

import klatch.commitments.simulation.InMemoryLightning;
import klatch.commitments.simulation.Person;
import klatch.commitments.simulation.Town;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The engine on its own threads: nobody drives it but the clock, the log and the node's events. */
final class DepositsTest {
  private final Town town = new Town(4, 5_000_000, 1, 9);
  private final List<InMemoryLightning> nodes = new ArrayList<>();
  private final List<Deposits> engines = new ArrayList<>();
  private final Deposits host = engine(town.host());
  private final List<Deposits> attendees = town.attendees().stream().map(this::engine).toList();

  private Deposits engine(Person person) {
    InMemoryLightning node = town.network().open(person.name(), Msat.ofSat(4_000_000), Msat.ofSat(2_000_000),
        InMemoryLightning.Delivery.THREAD);
    nodes.add(node);
    Deposits engine = Deposits.start(new Surroundings(person.key(), person.log(), person.meetup(), node, person.store(),
        town.clock()));
    engines.add(engine);
    return engine;
  }

  @AfterEach
  void close() {
    engines.forEach(Deposits::close);
    nodes.forEach(InMemoryLightning::close);
    town.close();
  }

  private void until(java.util.concurrent.Callable<Boolean> done) {
    await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(() -> {
      town.sync();
      return done.call();
    });
  }

  private long lines(String state) {
    return host.report(town.event()).orElseThrow().people().stream().filter(l -> l.state().equals(state)).count();
  }

  @Test
  void anEventRunsByItselfFromOfferToReport() {
    assertThat(attendees.getFirst().lock(town.event())).isInstanceOf(LockResult.Refused.class);
    until(() -> lines("offered") == 4);
    // The host has said it; each attendee's log may learn it a moment later.
    attendees.forEach(a -> until(() -> a.lock(town.event()) instanceof LockResult.UnderWay));
    until(() -> lines("held") == 4);
    assertThat(host.settle(town.event())).isInstanceOfSatisfying(SettleResult.Refused.class,
        r -> assertThat(r.reason()).contains(Long.toString(town.terms().clock().appealsCloseAtMillis())));

    town.toCheckIn();
    town.attendees().subList(0, 3).forEach(town::checkIn);
    until(() -> lines("released") == 3);
    town.toSettlement();
    until(() -> host.report(town.event()).orElseThrow().done());

    assertThat(host.settle(town.event())).isInstanceOfSatisfying(SettleResult.Settled.class,
        s -> assertThat(s.waiting()).isEmpty());
    assertThat(attendees.getFirst().settle(town.event())).isInstanceOf(SettleResult.Refused.class);
    MoneyReport report = host.report(town.event()).orElseThrow();
    assertThat(report.pot()).isEqualTo(new Msat(5_000_000));
    assertThat(report.paidOut().value() + report.fees().value() + report.reserveLeft().value())
        .isEqualTo(5_000_000);
    until(() -> attendees.getFirst().audit(town.event()).orElseThrow().complete());
    assertThat(attendees.getFirst().audit(town.event()).orElseThrow().summary()).isEqualTo("clean");
    until(() -> attendees.getFirst().report(town.event()).flatMap(MoneyReport::own)
        .filter(own -> own.received().value() > 0).isPresent());
    Map<String, Long> states = Map.of("released", lines("released"), "collected", lines("collected"));
    assertThat(states).isEqualTo(Map.of("released", 3L, "collected", 1L));
  }

  @Test
  void anEventThatIsNotKnownIsRefusedInWords() {
    klatch.meetup.EventId unknown = klatch.meetup.EventId.of(new byte[32]);
    assertThat(host.lock(unknown)).isInstanceOf(LockResult.Refused.class);
    assertThat(host.settle(unknown)).isInstanceOf(SettleResult.Refused.class);
    assertThat(host.report(unknown)).isEmpty();
    assertThat(host.audit(unknown)).isEmpty();
  }
}
