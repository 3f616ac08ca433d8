package klatch.commitments;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import klatch.libp2p.MalformedMessageException;
import klatch.log.Arrival;
import klatch.log.Entry;
import klatch.log.LogStore;
import klatch.meetup.EventId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows a log store and sorts what is said about deposits by event. Safe for any number of threads. */
final class StatementBook {
  private static final Logger LOG = LoggerFactory.getLogger(StatementBook.class);
  private static final int BATCH = 500;

  private final LogStore log;
  private final Map<EventId, Statements> events = new HashMap<>();
  private long position;

  StatementBook(LogStore log) {
    this.log = log;
  }

  /** Everything stored so far. */
  synchronized Statements of(EventId event) {
    List<Arrival> batch;
    do {
      batch = log.arrivals(position, BATCH);
      for (Arrival arrival : batch) {
        add(events, arrival.entry());
        position = arrival.position();
      }
    } while (batch.size() == BATCH);
    return events.getOrDefault(event, new Statements()).copy();
  }

  static void add(Map<EventId, Statements> events, Entry entry) {
    try {
      DepositCodec.decode(entry.payloadType(), entry.payload())
          .ifPresent(message -> events.computeIfAbsent(message.event(), e -> new Statements())
              .add(new Said<>(entry.id(), entry.device(), entry.sequence(), entry.timestampMillis(), message)));
    } catch (MalformedMessageException e) {
      LOG.warn("entry {} says nothing about a deposit: {}", entry.id(), e.getMessage());
    }
  }
}
