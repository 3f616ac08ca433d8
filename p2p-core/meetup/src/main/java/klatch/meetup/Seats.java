package klatch.meetup;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import klatch.log.DeviceId;

/**
 * The seats of one event: at most one line for each attendee, in the order of the organiser's ledger; those it has not
 * decided come last, by time of pledge and then by entry.
 *
 * @param taken seats the ledger has confirmed and not released; never more than {@code capacity}
 */
public record Seats(EventId event, int capacity, int taken, List<Seat> all) {
  public Seats {
    all = List.copyOf(all);
  }

  public int free() {
    return capacity - taken;
  }

  public Optional<Seat> of(DeviceId attendee) {
    return all.stream().filter(seat -> seat.attendee().equals(attendee)).findFirst();
  }

  public List<Seat> with(Seat.Status status) {
    return all.stream().filter(seat -> seat.status() == status).toList();
  }

  /** Attendees with a confirmed seat. */
  public Set<DeviceId> confirmed() {
    return with(Seat.Status.CONFIRMED).stream().map(Seat::attendee).collect(Collectors.toUnmodifiableSet());
  }
}
