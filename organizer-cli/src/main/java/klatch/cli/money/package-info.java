/** The commands about deposits: lock, settle, claim, and what stands in the books. */
@NullMarked
package klatch.cli.money;

import org.jspecify.annotations.NullMarked;
