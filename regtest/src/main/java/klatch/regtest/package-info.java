/** Lightning networks to test on: nodes of this process and others, their channels, and who owns what in them. */
@NullMarked
package klatch.regtest;

import org.jspecify.annotations.NullMarked;
