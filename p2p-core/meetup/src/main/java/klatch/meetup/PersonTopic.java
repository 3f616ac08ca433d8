package klatch.meetup;

import java.nio.charset.StandardCharsets;
import klatch.log.DeviceId;
import klatch.log.TopicId;

/** Where a person speaks for themselves alone, to whoever follows them. */
public final class PersonTopic {
  private static final byte[] DOMAIN = "klatch-person".getBytes(StandardCharsets.US_ASCII);

  private PersonTopic() {}

  /** SHA-256("klatch-person" ‖ the person's key): whoever knows the person can follow. */
  public static TopicId of(DeviceId person) {
    return new TopicId(Sha256.of(DOMAIN, person.bytes()));
  }
}
