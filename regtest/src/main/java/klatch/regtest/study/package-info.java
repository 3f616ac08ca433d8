/** Hundreds of evenings over the in-memory Lightning network: what deposits do to those who come and those who do not. */
@NullMarked
package klatch.regtest.study;

import org.jspecify.annotations.NullMarked;
