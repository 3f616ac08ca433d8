package klatch.commitments;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  /** What was handed out and still holds; whoever asks in between gets the same. */
  private final Map<EventId, Statements> handedOut = new HashMap<>();
  private long position;
  /** The store's {@link LogStore#changes} when everything had been read. */
  private long readAt = -1;

  StatementBook(LogStore log) {
    this.log = log;
  }

  /** Everything stored so far. */
  synchronized Statements of(EventId event) {
    long changes = log.changes();
    if (changes != readAt) {
      catchUp();
      readAt = changes;
    }
    Statements known = events.get(event);
    return known == null ? new Statements() : handedOut.computeIfAbsent(event, e -> known.copy());
  }

  private void catchUp() {
    List<Arrival> batch;
    do {
      batch = log.arrivals(position, BATCH);
      for (Arrival arrival : batch) {
        add(events, arrival.entry()).ifPresent(handedOut::remove);
        position = arrival.position();
      }
    } while (batch.size() == BATCH);
  }

  /** @return about which event it says something */
  static Optional<EventId> add(Map<EventId, Statements> events, Entry entry) {
    try {
      Optional<DepositMessage> message = DepositCodec.decode(entry.payloadType(), entry.payload());
      message.ifPresent(said -> events.computeIfAbsent(said.event(), e -> new Statements())
          .add(new Said<>(entry.id(), entry.device(), entry.sequence(), entry.timestampMillis(), said)));
      return message.map(DepositMessage::event);
    } catch (MalformedMessageException e) {
      LOG.warn("entry {} says nothing about a deposit: {}", entry.id(), e.getMessage());
      return Optional.empty();
    }
  }
}
