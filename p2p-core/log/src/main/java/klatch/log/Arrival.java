package klatch.log;

/**
 * An entry in the order in which this store took it in. Positions count up from 1, are never reused, and are this store's
 * own: two nodes have the same entries at different positions.
 */
public record Arrival(long position, Entry entry) {}
