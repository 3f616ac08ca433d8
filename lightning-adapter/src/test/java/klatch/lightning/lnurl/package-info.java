/** Wallets' services as the LUD texts have them, and every way in which they can be something else. */
@NullMarked
package klatch.lightning.lnurl;

import org.jspecify.annotations.NullMarked;
