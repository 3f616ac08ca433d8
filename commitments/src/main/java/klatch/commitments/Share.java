package klatch.commitments;

import klatch.log.DeviceId;

/** What one person is entitled to. */
public record Share(DeviceId person, Msat amount) {}
