@NullMarked
package klatch.cli;

import org.jspecify.annotations.NullMarked;
