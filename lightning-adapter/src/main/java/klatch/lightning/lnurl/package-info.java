/** Lightning addresses and pay codes (LUD-01, 06, 16, 17), looked up without being led to where nobody should look. */
@NullMarked
package klatch.lightning.lnurl;

import org.jspecify.annotations.NullMarked;
