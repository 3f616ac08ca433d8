package klatch.meetup;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import klatch.log.DeviceId;

/**
 * The beacon of a device that knows no chain: a hash over the nonces of all its encounters at the event so far. It cannot
 * have been known before the last of them, whose nonce came from somebody else (docs/spec/checkin.md). Its first bit is 1,
 * which that of a block's hash never is, so whoever has the device's log can hold its codes against it.
 */
public final class NonceChain {
  /** A code is answered and stored long before so many steps have passed, three minutes, even while the disk is slow. */
  static final long MOST_STEPS_BEHIND = 36;

  private static final byte[] DOMAIN = "klatch-beacon-1".getBytes(StandardCharsets.US_ASCII);
  private static final int FIRST_BIT = 0x80;

  private NonceChain() {}

  /** @param encounters of this device's own log, in its order */
  public static ByteString after(EventId event, DeviceId device, List<Encounter> encounters) {
    return beacons(event, device, encounters).getLast();
  }

  /** The beacon before the first encounter, and after each. */
  private static List<ByteString> beacons(EventId event, DeviceId device, List<Encounter> encounters) {
    List<ByteString> beacons = new ArrayList<>();
    byte[] link = Sha256.of(DOMAIN, event.bytes(), device.bytes());
    beacons.add(marked(link));
    for (Encounter encounter : encounters) {
      link = Sha256.of(DOMAIN, link, encounter.nonceA().bytes(), encounter.nonceB().bytes());
      beacons.add(marked(link));
    }
    return beacons;
  }

  private static ByteString marked(byte[] link) {
    byte[] marked = link.clone();
    marked[0] |= (byte) FIRST_BIT;
    return ByteString.of(marked);
  }

  /** Whether a beacon is one of somebody's nonce chain; the others are blocks, or nothing. */
  public static boolean isLink(ByteString beacon) {
    return (beacon.bytes()[0] & FIRST_BIT) != 0;
  }

  /**
   * The encounters whose codes this device cannot have shown when they say: their beacon is no link of its chain, or one
   * over encounters that its log holds later, or one that leaves out what had long been in the log.
   *
   * @param log encounters of this device's own log, in its order
   * @return their places in it
   */
  static List<Integer> unfounded(EventId event, DeviceId device, List<Encounter> log) {
    List<ByteString> beacons = beacons(event, device, log);
    Map<ByteString, Integer> lengths = new HashMap<>();
    for (int length = 0; length < beacons.size(); length++) {
      lengths.put(beacons.get(length), length);
    }
    List<Integer> unfounded = new ArrayList<>();
    for (int place = 0; place < log.size(); place++) {
      Encounter encounter = log.get(place);
      if (encounter.keyA().equals(device) && isLink(encounter.beacon())) {
        Integer length = lengths.get(encounter.beacon());
        boolean founded = length != null && length <= place
            && (length == place || log.get(length).epoch() + MOST_STEPS_BEHIND >= encounter.epoch());
        if (!founded) {
          unfounded.add(place);
        }
      }
    }
    return unfounded;
  }
}
