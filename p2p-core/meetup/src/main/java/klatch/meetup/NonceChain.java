package klatch.meetup;

import java.nio.charset.StandardCharsets;
import java.util.List;
import klatch.log.DeviceId;

/**
 * The beacon of a device that knows no chain: a hash over the nonces of all its encounters at the event so far. It cannot
 * have been known before the last of them, whose nonce came from somebody else (docs/spec/checkin.md).
 */
public final class NonceChain {
  private static final byte[] DOMAIN = "klatch-beacon-1".getBytes(StandardCharsets.US_ASCII);

  private NonceChain() {}

  /** @param encounters of this device's own log, in its order */
  public static ByteString after(EventId event, DeviceId device, List<Encounter> encounters) {
    byte[] link = Sha256.of(DOMAIN, event.bytes(), device.bytes());
    for (Encounter encounter : encounters) {
      link = Sha256.of(DOMAIN, link, encounter.nonceA().bytes(), encounter.nonceB().bytes());
    }
    return ByteString.of(link);
  }
}
