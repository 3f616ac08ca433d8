package klatch.meetup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import klatch.log.DeviceId;
import org.jspecify.annotations.Nullable;

/**
 * Puts the events of one group into their series. An event says itself where it belongs and its host signs it, so nobody
 * can put another one's event into a series, or one event into two. Of several that say the same number, the first in the
 * host's log is it; the others stand alone.
 */
final class SeriesFold {
  private final Map<EventId, Series> series = new HashMap<>();
  private final List<Anomaly> anomalies = new ArrayList<>();

  /** A host's series; says it something else about itself, it is another one. */
  private record Key(DeviceId host, Occurrence first) {
    static Key of(DeviceId host, Occurrence occurrence) {
      return new Key(host, occurrence.numbered(1));
    }
  }

  /** @param created by those who may, in any order */
  SeriesFold(List<Recorded<EventCreated>> created) {
    Map<Key, TreeMap<Integer, EventId>> found = new HashMap<>();
    created.stream().sorted(Comparator.comparingLong(Recorded::sequence)).forEach(fact -> {
      @Nullable
      Occurrence occurrence = fact.message().occurrence();
      if (occurrence != null) {
        EventId first = found.computeIfAbsent(Key.of(fact.author(), occurrence), key -> new TreeMap<>())
            .putIfAbsent(occurrence.number(), new EventId(fact.id()));
        if (first != null) {
          anomalies.add(fact.anomaly(Anomaly.Reason.REPEATED,
              "number " + occurrence.number() + " of the series " + occurrence.series() + " is event " + first));
        }
      }
    });
    found.forEach((key, events) -> {
      Series one = new Series(key.host(), key.first().rule(), key.first().of(), events);
      events.values().forEach(event -> series.put(event, one));
    });
  }

  Optional<Series> of(EventId event) {
    return Optional.ofNullable(series.get(event));
  }

  List<Anomaly> anomalies() {
    return anomalies;
  }
}
