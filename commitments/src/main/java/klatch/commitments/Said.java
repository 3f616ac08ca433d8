package klatch.commitments;

import klatch.log.DeviceId;
import klatch.log.EntryId;

/** A deposit message with the signed entry that says it. */
public record Said<M extends DepositMessage>(EntryId entry, DeviceId author, long sequence, long timestampMillis,
    M message) {
}
