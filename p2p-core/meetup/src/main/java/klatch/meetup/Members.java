package klatch.meetup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import klatch.log.DeviceId;

/**
 * Whom the hosts of a private group have let in. The founder's last word about somebody counts; where the founder has said
 * nothing, that any co-host let them in. So it does not depend on what arrives when.
 */
final class Members {
  private final Set<DeviceId> members = new TreeSet<>();
  private final Map<DeviceId, List<Recorded<TicketMade>>> tickets = new HashMap<>();
  private final Map<ByteString, Set<DeviceId>> came = new HashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** @param facts tickets, admissions and removals of anybody, each log in its order */
  Members(Roles roles, List<Recorded<?>> facts) {
    Map<DeviceId, Boolean> founderSays = new HashMap<>();
    for (Recorded<?> fact : facts) {
      if (!roles.mayHost(fact.author(), fact.sequence())) {
        anomalies.add(fact.anomaly(Anomaly.Reason.NOT_A_HOST, fact.author() + " is no host of this group"));
        continue;
      }
      boolean founder = fact.author().equals(roles.founder());
      switch (fact.message()) {
        case TicketMade made ->
          tickets.computeIfAbsent(fact.author(), author -> new ArrayList<>()).add(fact.with(made));
        case MemberAdmitted admitted -> {
          came.computeIfAbsent(admitted.ticket(), ticket -> new HashSet<>()).add(admitted.person());
          members.add(admitted.person());
          if (founder) {
            founderSays.put(admitted.person(), true);
          }
        }
        case MemberRemoved removed -> {
          if (founder) {
            founderSays.put(removed.person(), false);
          } else {
            anomalies.add(fact.anomaly(Anomaly.Reason.NOT_THE_FOUNDER,
                fact.author() + " is not the group's founder " + roles.founder()));
          }
        }
        default -> throw new IllegalArgumentException("not about members: " + fact.message());
      }
    }
    founderSays.forEach((person, in) -> {
      if (!in) {
        members.remove(person);
      }
    });
    members.add(roles.founder());
    members.addAll(roles.coHosts());
  }

  /** With the founder and the co-hosts. */
  Set<DeviceId> all() {
    return members;
  }

  /** How many tickets a host has made so far. */
  int ticketsBy(DeviceId host) {
    return tickets.getOrDefault(host, List.of()).size();
  }

  /** A host's ticket that counts, if it still lets somebody in. */
  Optional<TicketMade> good(DeviceId host, long nowMillis) {
    List<Recorded<TicketMade>> made = tickets.getOrDefault(host, List.of());
    return made.isEmpty()
        ? Optional.empty()
        : Optional.of(made.getLast().message()).filter(ticket -> left(ticket) > 0
            && nowMillis < ticket.expiresAtMillis());
  }

  /** A ticket of any host that still lets somebody in. */
  boolean isGood(ByteString ticket, long nowMillis) {
    return tickets.keySet().stream().flatMap(host -> good(host, nowMillis).stream())
        .anyMatch(good -> good.ticket().equals(ticket));
  }

  private int left(TicketMade ticket) {
    return ticket.uses() - came.getOrDefault(ticket.ticket(), Set.of()).size();
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
