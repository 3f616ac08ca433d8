@NullMarked
package klatch.cli.money;

import org.jspecify.annotations.NullMarked;
