@NullMarked
package klatch.cli.terminal;

import org.jspecify.annotations.NullMarked;
