/** Measurements that belong in docs/benchmarks.md. */
@NullMarked
package klatch.cli.bench;

import org.jspecify.annotations.NullMarked;
