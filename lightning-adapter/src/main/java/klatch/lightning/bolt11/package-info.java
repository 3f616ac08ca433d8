/** Reads BOLT 11 invoices without a Lightning node, and Bech32 of any length. */
@NullMarked
package klatch.lightning.bolt11;

import org.jspecify.annotations.NullMarked;
