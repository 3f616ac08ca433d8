package klatch.meetup;

import klatch.log.DeviceId;

/**
 * The details of an event as they stood from one edit to the next.
 *
 * @param number 1 as created, one more with each edit
 * @param author who said so
 * @param atMillis the author's clock when signing
 */
public record EventVersion(int number, DeviceId author, long atMillis, EventDetails details) {
  /** The version that creates the event. */
  public static final int FIRST = 1;
}
