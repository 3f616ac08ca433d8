/** Lightning nodes under load that are killed without warning, and what must be true of their money afterwards. */
@NullMarked
package klatch.regtest.storm;

import org.jspecify.annotations.NullMarked;
