/** What becomes of held deposits when channels end on the chain: cases, played on real nodes, and what each one costs. */
@NullMarked
package klatch.regtest.onchain;

import org.jspecify.annotations.NullMarked;
