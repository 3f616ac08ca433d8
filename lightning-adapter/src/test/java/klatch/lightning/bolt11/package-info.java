/** The reader of invoices against the published examples. */
@NullMarked
package klatch.lightning.bolt11;

import org.jspecify.annotations.NullMarked;
