@NullMarked
package klatch.cli.node;

import org.jspecify.annotations.NullMarked;
