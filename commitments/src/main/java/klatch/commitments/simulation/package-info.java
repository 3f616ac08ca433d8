/** Whole evenings of deposits in memory, with faults on demand: the same engine, journal and log, a Lightning network that is a ledger. */
@NullMarked
package klatch.commitments.simulation;

import org.jspecify.annotations.NullMarked;
