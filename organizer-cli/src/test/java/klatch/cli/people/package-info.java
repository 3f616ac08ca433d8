@NullMarked
package klatch.cli.people;

import org.jspecify.annotations.NullMarked;
