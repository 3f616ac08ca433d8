package klatch.meetup;

import klatch.log.DeviceId;
import klatch.log.EntryId;

/**
 * Seats of an event that another ledger than its host's may give.
 *
 * @param seats as handed over
 * @param taken of them, confirmed and not released
 * @param returned of them, given back
 */
public record Quota(EntryId id, DeviceId holder, int seats, int taken, int returned) {
  public int free() {
    return seats - taken - returned;
  }
}
