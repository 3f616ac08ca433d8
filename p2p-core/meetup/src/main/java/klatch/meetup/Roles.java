package klatch.meetup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import klatch.log.DeviceId;

/**
 * Who may speak for a group's events: its founder, and whomever the founder has made a co-host. Which of a co-host's
 * entries count is said by the founder in places of that person's log, so that it does not depend on what arrives when.
 */
final class Roles {
  /** Places of a log, from {@code after} (not included) to {@code last} (included). */
  private record Span(long after, long last) {
    boolean has(long sequence) {
      return after < sequence && sequence <= last;
    }
  }

  private final DeviceId founder;
  private final Map<DeviceId, List<Span>> spans = new HashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** @param facts grants and revocations of anybody, each log in its order */
  Roles(DeviceId founder, List<Recorded<?>> facts) {
    this.founder = founder;
    for (Recorded<?> fact : facts) {
      if (!fact.author().equals(founder)) {
        anomalies.add(fact.anomaly(Anomaly.Reason.NOT_THE_FOUNDER,
            fact.author() + " is not the group's founder " + founder));
      } else {
        apply(fact);
      }
    }
  }

  private void apply(Recorded<?> fact) {
    switch (fact.message()) {
      case CoHostGranted grant -> granted(fact, grant);
      case CoHostRevoked revocation -> revoked(fact, revocation);
      default -> throw new IllegalArgumentException("not about roles: " + fact.message());
    }
  }

  private void granted(Recorded<?> fact, CoHostGranted grant) {
    if (grant.person().equals(founder) || isCoHost(grant.person())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.REPEATED, grant.person() + " is a host already"));
    } else {
      spans.computeIfAbsent(grant.person(), person -> new ArrayList<>())
          .add(new Span(grant.afterSequence(), Long.MAX_VALUE));
    }
  }

  private void revoked(Recorded<?> fact, CoHostRevoked revocation) {
    if (!isCoHost(revocation.person())) {
      anomalies.add(fact.anomaly(Anomaly.Reason.WRONG_ORDER, revocation.person() + " is no co-host"));
    } else {
      List<Span> known = spans.getOrDefault(revocation.person(), List.of());
      known.set(known.size() - 1, new Span(known.getLast().after(), revocation.lastSequence()));
    }
  }

  /** Whether an entry at this place of the author's log may speak for events. */
  boolean mayHost(DeviceId author, long sequence) {
    return author.equals(founder)
        || spans.getOrDefault(author, List.of()).stream().anyMatch(span -> span.has(sequence));
  }

  DeviceId founder() {
    return founder;
  }

  private boolean isCoHost(DeviceId person) {
    List<Span> known = spans.getOrDefault(person, List.of());
    return !known.isEmpty() && known.getLast().last() == Long.MAX_VALUE;
  }

  /** The co-hosts of now. */
  Set<DeviceId> coHosts() {
    Set<DeviceId> open = new TreeSet<>();
    spans.keySet().stream().filter(this::isCoHost).forEach(open::add);
    return open;
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
