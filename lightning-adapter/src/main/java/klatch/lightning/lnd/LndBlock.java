package klatch.lightning.lnd;

/**
 * A block as LND names it.
 *
 * @param hash 64 lower-case hex digits, in the order in which block explorers print it
 */
public record LndBlock(String hash, int height) {}
