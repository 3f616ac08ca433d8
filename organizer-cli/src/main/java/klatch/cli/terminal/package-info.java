/** What every command shares: the way to the running node, options, tables, words, exit codes. */
@NullMarked
package klatch.cli.terminal;

import org.jspecify.annotations.NullMarked;
