/** What a running node is made of: keys, log, network, money, chain, the pages; put together in {@link klatch.cli.node.Node}. */
@NullMarked
package klatch.cli.node;

import org.jspecify.annotations.NullMarked;
