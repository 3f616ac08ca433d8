package klatch.meetup;

import klatch.log.DeviceId;

/** The founder takes somebody out of a private group: what is said from now on is not given to their node. */
public record MemberRemoved(DeviceId person) implements MeetupMessage {
}
