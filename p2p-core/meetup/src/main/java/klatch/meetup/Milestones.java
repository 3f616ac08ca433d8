package klatch.meetup;

import java.util.OptionalLong;

/**
 * When something happened to an event, and to one person's seat at it, by the clock of the host that said so.
 *
 * @param cancelledAtMillis the event was called off
 * @param movedUpAtMillis   the pledge that counts had waited, and got its seat
 */
public record Milestones(OptionalLong cancelledAtMillis, OptionalLong movedUpAtMillis) {}
