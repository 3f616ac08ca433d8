/** Programs that measure this library: speed, growth, endurance. Nothing in the library uses them. */
@NullMarked
package klatch.libp2p.bench;

import org.jspecify.annotations.NullMarked;
