/** Benchmarks of the log, each a main class. */
@NullMarked
package klatch.log.bench;

import org.jspecify.annotations.NullMarked;
