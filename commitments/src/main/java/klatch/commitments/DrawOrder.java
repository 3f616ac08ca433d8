package klatch.commitments;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import klatch.log.Bytes32;
import klatch.log.DeviceId;
import klatch.meetup.EventId;

/** The order nobody chose: people by SHA-256(event id ‖ person's key), smallest first. */
public final class DrawOrder {
  private DrawOrder() {}

  public static List<DeviceId> of(EventId event, Collection<DeviceId> people) {
    return people.stream().distinct().map(person -> new Lot(person, lot(event, person)))
        .sorted(Comparator.comparing(Lot::ticket, Arrays::compareUnsigned)).map(Lot::person).toList();
  }

  private static byte[] lot(EventId event, DeviceId person) {
    byte[] both = Arrays.copyOf(event.bytes(), 2 * Bytes32.LENGTH);
    System.arraycopy(person.bytes(), 0, both, Bytes32.LENGTH, Bytes32.LENGTH);
    return Bytes32.sha256(both);
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  private record Lot(DeviceId person, byte[] ticket) {}
}
