package klatch.log;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Appends that one transaction makes durable. Those of several callers are judged each alone: one that may not be written
 * leaves the others as they are. Those of one caller may stand or fall together. Used by the thread that holds the writer lock.
 */
final class GroupedAppends {
  private final List<PendingAppend> group;
  private final InstantSource clock;
  private final boolean together;
  /** What each attempt was to write; the connection may break at a commit that went through. */
  private final List<Map<PendingAppend, Entry>> attempts = new ArrayList<>();
  private final Map<LogId, Head> heads = new HashMap<>();
  private Map<PendingAppend, RuntimeException> refused = Map.of();
  private Map<PendingAppend, Entry> written = Map.of();

  /** @param together whether one that may not be written keeps all the others back */
  GroupedAppends(List<PendingAppend> group, InstantSource clock, boolean together) {
    this.group = group;
    this.clock = clock;
    this.together = together;
  }

  /** Looks an entry up in the store. */
  @FunctionalInterface
  interface Finder {
    Optional<Arrival> find(EntryId id) throws SQLException;
  }

  Set<LogId> logs() {
    Set<LogId> logs = new HashSet<>();
    group.forEach(one -> logs.add(one.log()));
    return logs;
  }

  /** What an earlier attempt has stored after all: everything it was to write, or nothing. */
  Optional<List<Arrival>> foundAgain(Finder finder) throws SQLException {
    for (Map<PendingAppend, Entry> attempt : attempts) {
      List<Arrival> found = new ArrayList<>();
      for (Entry entry : attempt.values()) {
        finder.find(entry.id()).ifPresent(found::add);
      }
      if (!found.isEmpty()) {
        written = attempt;
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  /** The entries to write now, in the order in which they were asked for. */
  List<Arrival> next(PostgresHeld held) {
    Map<PendingAppend, Entry> attempt = new LinkedHashMap<>();
    Map<PendingAppend, RuntimeException> wrong = new HashMap<>();
    List<Arrival> arrivals = new ArrayList<>();
    heads.clear();
    for (PendingAppend one : group) {
      try {
        Head grown = heads.get(one.log());
        Entry entry = one.after(grown == null ? held.head(one.log()) : grown, held.fork(one.log()), clock.millis());
        heads.put(one.log(), Head.of(entry.header()));
        arrivals.add(new Arrival(held.lastPosition() + arrivals.size() + 1, entry));
        attempt.put(one, entry);
      } catch (StoreException | IllegalArgumentException e) {
        wrong.put(one, e);
        if (together) {
          return noneBecause(e);
        }
      }
    }
    refused = wrong;
    written = attempt;
    attempts.add(attempt);
    return arrivals;
  }

  private List<Arrival> noneBecause(RuntimeException why) {
    heads.clear();
    refused = new HashMap<>();
    group.forEach(one -> refused.put(one, why));
    written = Map.of();
    return List.of();
  }

  /** The new ends of the logs that grow. */
  Map<LogId, Head> heads() {
    return heads;
  }

  /** After the commit. */
  void stored() {
    written.forEach(PendingAppend::written);
    refused.forEach(PendingAppend::failed);
    failed(new IllegalStateException("an append was neither written nor refused"));
  }

  /** Whoever is not decided yet hears why. */
  void failed(RuntimeException why) {
    group.stream().filter(one -> !one.isDecided()).forEach(one -> one.failed(why));
  }
}
