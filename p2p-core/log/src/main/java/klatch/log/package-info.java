/**
 * The base layer: identities, signed logs, their store and their replication. Knows nothing of meetups or money.
 */
@NullMarked
package klatch.log;

import org.jspecify.annotations.NullMarked;
