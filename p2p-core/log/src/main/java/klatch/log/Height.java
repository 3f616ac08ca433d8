package klatch.log;

/** How far a log reaches: the sequence and the id of its last entry. */
public record Height(long sequence, EntryId head) {}
