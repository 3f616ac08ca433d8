/** The rehearsal: a whole meetup between separate nodes on a chain of its own. */
@NullMarked
package klatch.cli.demo;

import org.jspecify.annotations.NullMarked;
